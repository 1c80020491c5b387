// Structs that GLSL and Swift share have the same layout on both sides.
import CShaders
import TestSupport
import Testing
import VulkanCompute

/// A shared struct as Swift sees it.
struct SharedStruct: Sendable, CustomTestStringConvertible {
  let name: String
  /// The file below Shaders/ that declares it.
  let header: String
  let size: Int
  let members: [(name: String, offset: Int?)]
  /// The name of one that is a number, for a kernel to read.
  let number: String

  var testDescription: String { name }

  init<Struct>(_ type: Struct.Type, _ header: String, _ members: [(String, PartialKeyPath<Struct>)]) {
    name = "\(type)"
    self.header = header
    size = MemoryLayout<Struct>.size
    self.members = members.map { ($0.0, MemoryLayout<Struct>.offset(of: $0.1)) }
    number = members.first { Swift.type(of: $0.1).valueType is any Numeric.Type }?.0 ?? ""
  }

  static let all = [
    SharedStruct(
      EnvironmentDispatch.self, "Common/environment.h",
      [
        ("environments", \.environments), ("force_reset", \.force_reset), ("transition", \.transition),
        ("seed_stride", \.seed_stride), ("state_stride", \.state_stride),
        ("observation_stride", \.observation_stride), ("mask_stride", \.mask_stride),
        ("action_stride", \.action_stride), ("reward_stride", \.reward_stride), ("done_stride", \.done_stride),
        ("error_stride", \.error_stride), ("start_stride", \.start_stride),
        ("start_environment_stride", \.start_environment_stride), ("shaped_stride", \.shaped_stride),
        ("outcome_stride", \.outcome_stride),
      ]),
    SharedStruct(
      RandomPlayDispatch.self, "Common/environment.h",
      [
        ("environments", \.environments), ("draw", \.draw), ("block", \.block),
        ("seed_stride", \.seed_stride), ("mask_stride", \.mask_stride),
        ("action_stride", \.action_stride),
      ]),
    SharedStruct(
      ExpandDispatch.self, "Network/network.h",
      [
        ("rows", \.rows), ("features", \.features), ("padded_features", \.padded_features),
        ("observation_words", \.observation_words), ("observation_stride", \.observation_stride),
        ("row_index_stride", \.row_index_stride), ("row_index_offset", \.row_index_offset),
        ("row_count_stride", \.row_count_stride), ("input_stride", \.input_stride),
        ("symmetry_stride", \.symmetry_stride),
      ]),
    SharedStruct(
      NormalisationDispatch.self, "Network/network.h",
      [
        ("rows", \.rows), ("row_count_index", \.row_count_index), ("row_count_stride", \.row_count_stride),
        ("policy_index_stride", \.policy_index_stride), ("width", \.width), ("columns", \.columns),
        ("scale_offset", \.scale_offset), ("bias_offset", \.bias_offset), ("parameter_stride", \.parameter_stride),
        ("value_stride", \.value_stride), ("moment_stride", \.moment_stride), ("gradient_stride", \.gradient_stride),
        ("first_row", \.first_row), ("gradient_scale", \.gradient_scale),
      ]),
    SharedStruct(
      DenseDispatch.self, "Network/dense_layer.h",
      [
        ("rows", \.rows), ("row_count_index", \.row_count_index), ("row_count_stride", \.row_count_stride),
        ("policy_index_stride", \.policy_index_stride), ("inputs", \.inputs), ("outputs", \.outputs),
        ("column_begin", \.column_begin), ("columns", \.columns), ("weight_offset", \.weight_offset),
        ("bias_offset", \.bias_offset), ("parameter_stride", \.parameter_stride), ("weight_stride", \.weight_stride),
        ("input_stride", \.input_stride), ("output_stride", \.output_stride), ("gradient_stride", \.gradient_stride),
        ("first_row", \.first_row), ("row_begin", \.row_begin), ("bias_begin", \.bias_begin),
        ("gradient_scale", \.gradient_scale),
      ]),
    SharedStruct(
      RecurrentDispatch.self, "Network/network.h",
      [
        ("sequences", \.sequences), ("steps", \.steps), ("first_step", \.first_step), ("step_count", \.step_count),
        ("width", \.width), ("weight_offset", \.weight_offset), ("bias_offset", \.bias_offset),
        ("parameter_stride", \.parameter_stride), ("policy_index_stride", \.policy_index_stride),
        ("row_count_stride", \.row_count_stride), ("reset_stride", \.reset_stride), ("hidden_stride", \.hidden_stride),
        ("gate_stride", \.gate_stride),
      ]),
    SharedStruct(
      StateDispatch.self, "Network/network.h",
      [
        ("sequences", \.sequences), ("width", \.width), ("first_row", \.first_row), ("state_rows", \.state_rows),
        ("state_stride", \.state_stride), ("row_index_stride", \.row_index_stride),
        ("row_count_stride", \.row_count_stride), ("reset_stride", \.reset_stride), ("hidden_stride", \.hidden_stride),
      ]),
    SharedStruct(
      ListDispatch.self, "Network/network.h",
      [
        ("rows", \.rows), ("observation_words", \.observation_words), ("observation_stride", \.observation_stride),
        ("row_index_stride", \.row_index_stride), ("row_index_offset", \.row_index_offset),
        ("row_count_stride", \.row_count_stride), ("entry_pitch", \.entry_pitch), ("entry_stride", \.entry_stride),
        ("length_stride", \.length_stride), ("symmetry_stride", \.symmetry_stride),
        ("feature_words", \.feature_words),
      ]),
    SharedStruct(
      SparseDispatch.self, "Network/network.h",
      [
        ("entry_pitch", \.entry_pitch), ("entry_stride", \.entry_stride),
        ("length_stride", \.length_stride), ("static_count", \.static_count), ("base_stride", \.base_stride),
        ("splits", \.splits), ("layer", \.layer),
      ]),
    SharedStruct(
      EvaluationDispatch.self, "Evaluation/evaluation.h",
      [
        ("environments", \.environments), ("games", \.games), ("observation_rows", \.observation_rows),
        ("mask_stride", \.mask_stride), ("action_stride", \.action_stride), ("reward_stride", \.reward_stride),
        ("done_stride", \.done_stride), ("seed_stride", \.seed_stride), ("game_stride", \.game_stride),
        ("return_stride", \.return_stride), ("decision_stride", \.decision_stride),
        ("outcome_stride", \.outcome_stride),
        ("outcome_sum_stride", \.outcome_sum_stride), ("equivariance_stride", \.equivariance_stride),
        ("index_stride", \.index_stride),
        ("count_stride", \.count_stride), ("workspace_stride", \.workspace_stride), ("logit_stride", \.logit_stride),
        ("policy_windows", \.policy_windows), ("window_count_stride", \.window_count_stride),
        ("inverse_temperature", \.inverse_temperature), ("tie_tolerance", \.tie_tolerance),
      ]),
    SharedStruct(
      StaticGradientsDispatch.self, "Network/network.h",
      [
        ("static_count", \.static_count), ("outputs", \.outputs), ("weight_offset", \.weight_offset),
        ("bias_offset", \.bias_offset), ("parameter_stride", \.parameter_stride),
        ("gradient_stride", \.gradient_stride),
      ]),
    SharedStruct(
      SymmetryDrawDispatch.self, "Symmetry/symmetry.h",
      [
        ("environments", \.environments), ("block", \.block), ("first_element", \.first_element),
        ("elements", \.elements), ("seed_stride", \.seed_stride), ("episode_stride", \.episode_stride),
        ("episode_pitch", \.episode_pitch), ("done_stride", \.done_stride), ("symmetry_stride", \.symmetry_stride),
      ]),
    SharedStruct(
      SymmetryDispatch.self, "Symmetry/symmetry.h",
      [
        ("environments", \.environments), ("block", \.block), ("symmetry_stride", \.symmetry_stride),
        ("mask_stride", \.mask_stride), ("action_stride", \.action_stride), ("action_words", \.action_words),
      ]),
    SharedStruct(
      ScreeningDispatch.self, "Tabular/tabular.h",
      [
        ("lanes", \.lanes), ("initialisations", \.initialisations), ("actions", \.actions),
        ("branching", \.branching), ("horizon", \.horizon), ("histories", \.histories),
        ("tensor_stride", \.tensor_stride), ("policy_stride", \.policy_stride),
        ("history_stride", \.history_stride), ("first_step", \.first_step), ("steps", \.steps),
        ("step_size", \.step_size), ("growth", \.growth),
      ]),
    SharedStruct(
      SequenceSelection.self, "PPO/ppo.h",
      [
        ("sequences", \.sequences), ("first_sequence", \.first_sequence), ("first_step", \.first_step),
        ("steps", \.steps), ("permuted", \.permuted), ("actors", \.actors), ("epoch", \.epoch),
        ("index_stride", \.index_stride), ("count_stride", \.count_stride), ("done_stride", \.done_stride),
      ]),
    SharedStruct(
      RowSelection.self, "PPO/ppo.h",
      [
        ("rows", \.rows), ("first", \.first), ("permuted", \.permuted), ("minibatch_rows", \.minibatch_rows),
        ("steps", \.steps), ("actors", \.actors),
        ("epoch", \.epoch), ("index_stride", \.index_stride), ("count_stride", \.count_stride),
        ("mask_stride", \.mask_stride),
      ]),
    SharedStruct(
      RolloutShape.self, "PPO/ppo.h",
      [
        ("environments", \.environments), ("steps", \.steps), ("row_stride", \.row_stride),
        ("value_stride", \.value_stride), ("mask_stride", \.mask_stride), ("done_stride", \.done_stride),
      ]),
    SharedStruct(
      EndsDispatch.self, "PPO/ppo.h",
      [
        ("step", \.step), ("observation_words", \.observation_words), ("observation_stride", \.observation_stride),
        ("symmetry_stride", \.symmetry_stride), ("rollout", \.rollout),
      ]),
    SharedStruct(
      ChunkDispatch.self, "PPO/ppo.h",
      [
        ("rows", \.rows), ("minibatch_rows", \.minibatch_rows), ("moments", \.moments),
        ("clips_values", \.clips_values), ("index_stride", \.index_stride), ("count_stride", \.count_stride),
        ("logit_stride", \.logit_stride),
        ("value_output_stride", \.value_output_stride), ("moment_stride", \.moment_stride),
        ("statistic_stride", \.statistic_stride), ("rollout", \.rollout),
      ]),
    SharedStruct(
      OutputLayers.self, "Network/network.h",
      [
        ("actor_inputs", \.actor_inputs), ("actor_weights", \.actor_weights), ("actor_bias", \.actor_bias),
        ("actor_stride", \.actor_stride), ("critic_inputs", \.critic_inputs),
        ("critic_weights", \.critic_weights), ("critic_bias", \.critic_bias), ("critic_stride", \.critic_stride),
      ]),
    SharedStruct(
      RoundDispatch.self, "Network/network.h",
      [
        ("parameters", \.parameters), ("parameter_stride", \.parameter_stride),
        ("rounded_stride", \.rounded_stride),
      ]),
    SharedStruct(
      SelectedDispatch.self, "Network/network.h",
      [
        ("rows", \.rows), ("first", \.first), ("index_stride", \.index_stride),
        ("row_count_stride", \.row_count_stride), ("mask_stride", \.mask_stride), ("features", \.features),
        ("padded_features", \.padded_features), ("observation_words", \.observation_words),
        ("observation_stride", \.observation_stride), ("input_stride", \.input_stride),
        ("entry_pitch", \.entry_pitch), ("entry_stride", \.entry_stride), ("length_stride", \.length_stride),
      ]),
    SharedStruct(
      ChosenTurnDispatch.self, "PPO/ppo.h",
      [
        ("environment", \.environment), ("layers", \.layers), ("parameter_stride", \.parameter_stride),
        ("row_stride", \.row_stride), ("value_stride", \.value_stride), ("place_stride", \.place_stride),
      ]),
    SharedStruct(
      PersistentDispatch.self, "PPO/ppo.h",
      [
        ("environment", \.environment), ("steps", \.steps), ("parameter_stride", \.parameter_stride),
        ("row_stride", \.row_stride), ("value_stride", \.value_stride),
      ]),
    SharedStruct(
      TransposeDispatch.self, "Network/network.h",
      [
        ("inputs", \.inputs), ("outputs", \.outputs), ("weight_offset", \.weight_offset),
        ("parameter_stride", \.parameter_stride), ("policy_index_stride", \.policy_index_stride),
        ("transposed_stride", \.transposed_stride),
      ]),
    SharedStruct(
      OutputDispatch.self, "PPO/ppo.h",
      [
        ("parameter_stride", \.parameter_stride), ("policy_index_stride", \.policy_index_stride),
        ("layers", \.layers), ("chunk", \.chunk),
      ]),
    SharedStruct(
      EpisodeDispatch.self, "PPO/ppo.h",
      [
        ("open_stride", \.open_stride), ("sum_stride", \.sum_stride), ("error_stride", \.error_stride),
        ("rollout", \.rollout),
      ]),
    SharedStruct(
      OutcomeDispatch.self, "PPO/ppo.h",
      [("outcomes", \.outcomes), ("outcome_stride", \.outcome_stride), ("rollout", \.rollout)]),
    SharedStruct(
      MomentDispatch.self, "PPO/ppo.h",
      [
        ("minibatch_rows", \.minibatch_rows), ("steps", \.steps), ("actors", \.actors), ("epoch", \.epoch),
        ("row_stride", \.row_stride), ("moment_stride", \.moment_stride),
      ]),
    SharedStruct(
      AdamDispatch.self, "PPO/ppo.h",
      [
        ("parameters", \.parameters), ("splits", \.splits), ("gradient_stride", \.gradient_stride),
        ("parameter_stride", \.parameter_stride), ("partial_stride", \.partial_stride), ("partials", \.partials),
        ("rounded_stride", \.rounded_stride),
      ]),
    SharedStruct(
      ScheduleDispatch.self, "PPO/ppo.h",
      [("runs", \.runs), ("total_updates", \.total_updates), ("learning_rate", \.learning_rate)]),
  ]
}

struct SharedStructTests {
  @Test(arguments: SharedStruct.all)
  func offsetsInSPIRVAreThoseOfSwift(shared: SharedStruct) throws {
    let source = """
      #version 450
      layout(local_size_x = 1) in;
      #include "\(shared.header)"
      layout(push_constant) uniform Push { \(shared.name) p; };
      layout(std430, binding = 0) buffer Result { uint result[]; };
      void main() { result[0] = uint(p.\(shared.number)); }
      """
    let words = try ShaderCompiler.compile(name: shared.name, source: source, macros: [], includes: [:])
    let reflection = try SPIRV(words)
    let members = try #require(reflection.structs[shared.name])
    #expect(members.map(\.name) == shared.members.map(\.name))
    #expect(members.map(\.offset) == shared.members.map(\.offset))
    #expect(reflection.pushConstantBytes == shared.size)
  }

  @Test func everyStructOfTheSharedHeadersIsCompared() {
    for header in [
      "Common/environment.h", "Evaluation/evaluation.h", "Network/dense_layer.h", "Network/network.h", "PPO/ppo.h",
      "Symmetry/symmetry.h", "Tabular/tabular.h",
    ] {
      let lines = ShaderCompiler.embeddedFiles[header]?.split(separator: "\n") ?? []
      let declared = lines.filter { $0.hasPrefix("struct ") }.map { String($0.split(separator: " ")[1]) }
      #expect(declared.sorted() == SharedStruct.all.filter { $0.header == header }.map(\.name).sorted())
    }
  }
}
