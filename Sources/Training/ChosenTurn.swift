import CShaders
import Environments
import Networks
import VulkanCompute

/// The last layers of both heads, the choice of actions and the turn that follows, in one kernel: in place of
/// `sample_outputs.comp` and a turn's, a stage less per env step.
///
/// Seats are in the order of environments here, so that a workgroup has all seats of an environment, and look for their rows
/// of the workspace, where acting seats come first (`RowChoice.places`).
final class ChosenTurn {
  private let chunk: ChunkRows
  private let network: ThinOutputs
  private let kernel: Kernel
  /// Environments of a workgroup.
  private let groupEnvironments: Int

  /// nil where choice and turn are dispatches of their own: the game has no turns here, seats see through
  /// symmetries, what ended has to be looked at, an env step is more than one chunk, or more buffers are needed than the device
  /// gives a kernel.
  init?(_ chunk: ChunkRows, _ network: ThinOutputs, device: Device) throws {
    let (environment, shape) = (chunk.environment, chunk.shape)
    let rows = 256 / Int(OUTPUT_LANES)
    guard device.profile.rollouts != .apart, environment.takesTurns, !shape.playsOther, !shape.bootstraps,
      shape.chunks(of: shape.rowsPerStep).count == 1, rows >= shape.agents,
      chunk.sequences != nil || chunk.network.choosesRows(shape.rowsPerStep),
      let text = try Self.text(
        environment.environment, placed: chunk.sequences == nil, bindings: device.description.bindingsPerKernel)
    else { return nil }
    (self.chunk, self.network) = (chunk, network)
    groupEnvironments = rows / shape.agents
    kernel = try device.kernel(
      name: "\(environment.environment.name)_chosen_turn", source: text,
      macros: environment.environment.macros.merging(chunk.macros) { $1 }.merging(network.macros) { $1 }.merging(
        ["GROUP_ENVIRONMENTS": "\(groupEnvironments)u"]) { $1 })
  }

  /// Actions from what the hidden layers made of `rows`, which are those of env step `step`, and what comes of them.
  func record(
    _ recorder: CommandRecorder, runs: Range<Int>, step: Int, rows: Rows, policies: Policies
  ) {
    let (buffers, environment, shape) = (chunk.buffers, chunk.environment, chunk.shape)
    let window = 0..<runs.count
    var bindings = environment.turnBindings(runs, buffers.transitions).merging(network.bindings(rows, policies)) { $1 }
    bindings["policy_indices"] = nil
    bindings["row_places"] = rows.choice?.places.window
    bindings["log_probabilities"] = buffers.logProbabilities.window(runs: window)
    bindings["values"] = buffers.values.window(runs: window)
    bindings["progress"] = chunk.scalars.progress.window(runs: runs)
    bindings["step_scalars"] = chunk.scalars.stepScalars.window(runs: runs)
    recorder.dispatch(
      kernel, bindings,
      push: ChosenTurnDispatch(
        environment: environment.turnDispatch(buffers.transitions, step: step), layers: network.layers,
        parameter_stride: UInt32(chunk.network.layout.count), row_stride: UInt32(buffers.actions.runStride),
        value_stride: UInt32(buffers.values.runStride), place_stride: UInt32(rows.choice?.places.stride ?? 0)),
      groups: (shape.environments + groupEnvironments - 1) / groupEnvironments, runs.count,
      work: network.work(rows) + environment.turnWork(runs)
        + chunk.rowWork(runs.count, rows.count, words: shape.maskWords + 4))
  }

  /// - Parameters:
  ///   - placed: Whether rows of the workspace are in another order than seats.
  ///   - bindings: The most buffers of a kernel.
  private static func text(_ game: any Environment, placed: Bool, bindings: Int) throws -> String? {
    let text = try GameText(game)
    let own =
      [
        "WIDE_FLOATS(%, actor_hidden)", "WIDE_FLOATS(%, critic_hidden)", "WIDE_FLOATS(%, parameters)",
        "OUTPUT(%, float, log_probabilities)", "OUTPUT(%, float, values)", "INPUT(%, uint, progress)",
        "INPUT(%, float, step_scalars)",
      ] + (placed ? ["INPUT(%, uint, row_places)"] : [])
    guard text.bindingCount + own.count <= bindings, let choice = ChoiceText(text, game) else { return nil }
    let declared = own.enumerated().map { number, line in
      line.replacing("%", with: "\(text.bindingCount + number)") + ";"
    }
    return """
      #version 450
      // The last layers of both heads, the actions drawn from their outputs, and one turn of \(game.name):
      //
      //   logits = actor_hidden W_a + b_a of acting seats,  value = critic_hidden W_c + b_c of all;  action ~ softmax(logits)
      //   then the step of row block t = transition, a new episode where it ended one, and what every seat sees in row block t + 1
      //
      // A workgroup of 256 has GROUP_ENVIRONMENTS environments. OUTPUT_LANES neighbouring invocations compute the outputs of one
      // seat, four columns each at a time, the last of them the value as well.
      // Workgroup x = environments, y = run of the window, whose parameters stand at its place.
      #include "Common/environment.h"
      #include "PPO/ppo.h"
      #include "Network/network.h"
      #include "Common/buffers.glsl"
      #include "Common/random.glsl"
      layout(local_size_x = 256) in;
      layout(push_constant) uniform Push { ChosenTurnDispatch o; };
      \(text.functions(sharingStates: true, writing: ["actions"]))
      \(declared.joined(separator: "\n"))

      #define ROWS (256u / OUTPUT_LANES)
      shared float logits[ROWS * LOGIT_COLUMNS];
      shared float value_outputs[ROWS];
      shared uint chosen_actions[ROWS];
      #include "PPO/output_products.glsl"
      \(choice.functions)

      // Where a seat's row stands in the workspace.
      uint place_of_seat(uint run, uint environment, uint seat) {
        return \(placed ? "row_places[run * o.place_stride + environment * AGENTS + seat]" : "environment * AGENTS + seat");
      }

      void main() {
        uint lane = gl_LocalInvocationID.x;
        uint run = gl_WorkGroupID.y;
        p = o.environment;
        uint first = gl_WorkGroupID.x * GROUP_ENVIRONMENTS;

        uint place = lane / OUTPUT_LANES;
        uint environment = first + place / AGENTS;
        uint seat = place % AGENTS;
        if (place < GROUP_ENVIRONMENTS * AGENTS && environment < p.environments) {
          uint i = place_of_seat(run, environment, seat);
          uint row = (p.transition * p.environments + environment) * AGENTS + seat;
          uint policy = run * o.parameter_stride;
          bool acting = has_choice(run * p.mask_stride + row * MASK_WORDS);
          if (acting) output_logits(run, i, place, lane % OUTPUT_LANES, policy);
          if (lane % OUTPUT_LANES == OUTPUT_LANES - 1u) output_value(run, i, place, policy);
        }
        barrier();
        play_turn(run, first);
      }
      """
  }
}
