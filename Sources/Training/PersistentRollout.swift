import CShaders
import Environments
import Networks
import VulkanCompute

/// Rollouts of small networks in one dispatch, or a few: every workgroup plays environments of its own for many steps.
///
/// Nothing of an environment depends on another, and parameters do not change in a rollout. So a workgroup has its network's
/// layers, logits and values in shared memory, and what an env step of `Rollout` does in dispatches that wait for each other
/// it does in parts between barriers of the workgroup. What it leaves in the buffers are the same bytes.
///
/// The kernel is made of texts: the game's three kernels (`GameText`), the network (`SmallNetwork`), and how actions are
/// drawn (`PPO/sample_action.glsl`).
final class PersistentRollout {
  /// Env steps of a dispatch, at most: what they take is far below what a driver's watchdog allows, and a dispatch more is
  /// nothing to so many.
  static let mostSteps = 256

  private let chunk: ChunkRows
  private let network: SmallNetwork
  private let kernel: Kernel
  /// Environments of a workgroup.
  private let groupEnvironments: Int

  /// nil where env steps are recorded one by one: the network is not small, the game has no turns here, seats see through
  /// symmetries, what ended has to be looked at, or more buffers are needed than a kernel may have.
  init?(_ chunk: ChunkRows, device: Device) throws {
    let environment = chunk.environment
    guard device.profile.rollouts == .persistent, environment.takesTurns, !chunk.shape.playsOther,
      !chunk.shape.bootstraps, let network = chunk.network.small, network.rows >= chunk.shape.agents,
      let text = try Text(environment.environment, network, bindings: device.description.bindingsPerKernel)
    else { return nil }
    (self.chunk, self.network) = (chunk, network)
    groupEnvironments = network.rows / chunk.shape.agents
    kernel = try device.kernel(
      name: "\(environment.environment.name)_rollout", source: text.source,
      macros: environment.environment.macros.merging(network.macros) { $1 }.merging(
        [
          "AGENTS": "\(chunk.shape.agents)u", "MASK_WORDS": "\(chunk.shape.maskWords)u",
          "LOGIT_COLUMNS": "\(chunk.network.logitPitch)u", "GROUP_ENVIRONMENTS": "\(groupEnvironments)u",
        ]) { $1 })
  }

  /// The steps of a rollout, cut into dispatches.
  static func pieces(of steps: Int) -> [Range<Int>] {
    stride(from: 0, to: steps, by: mostSteps).map { $0..<min($0 + mostSteps, steps) }
  }

  /// Env steps `steps`, at most `mostSteps`, from what was seen before the first to what is seen after the last.
  func record(_ recorder: CommandRecorder, runs: Range<Int>, steps: Range<Int>, parameters: BufferWindow) {
    let (buffers, environment, shape) = (chunk.buffers, chunk.environment, chunk.shape)
    let window = 0..<runs.count
    var bindings = environment.turnBindings(runs, buffers.transitions)
    bindings["parameters"] = parameters
    bindings["log_probabilities"] = buffers.logProbabilities.window(runs: window)
    bindings["values"] = buffers.values.window(runs: window)
    bindings["progress"] = chunk.scalars.progress.window(runs: runs)
    bindings["step_scalars"] = chunk.scalars.stepScalars.window(runs: runs)
    bindings["static_entries"] = network.staticEntries?.whole
    let work =
      network.work(chunk.rows(runs: runs.count, count: shape.rowsPerStep)) + environment.turnWork(runs)
      + chunk.rowWork(runs.count, shape.rowsPerStep, words: shape.maskWords + 4)
    recorder.dispatch(
      kernel, bindings,
      push: PersistentDispatch(
        environment: environment.turnDispatch(buffers.transitions, step: steps.lowerBound),
        steps: UInt32(steps.count), parameter_stride: UInt32(chunk.network.layout.count),
        row_stride: UInt32(buffers.actions.runStride), value_stride: UInt32(buffers.values.runStride)),
      groups: (shape.environments + groupEnvironments - 1) / groupEnvironments, runs.count,
      work: work.scaled(by: Double(steps.count)))
  }
}

extension PersistentRollout {
  /// The text of the kernel.
  private struct Text {
    let source: String

    /// nil where the game's kernels read actions or write observations in a way that it does not know, or where it would need
    /// more buffers than `bindings`.
    init?(_ game: any Environment, _ network: SmallNetwork, bindings: Int) throws {
      let text = try GameText(game)
      let own =
        [
          "WIDE_FLOATS(%, parameters)", "OUTPUT(%, float, log_probabilities)", "OUTPUT(%, float, values)",
          "INPUT(%, uint, progress)", "INPUT(%, float, step_scalars)",
        ] + (network.staticEntries == nil ? [] : ["INPUT(%, uint, static_entries)"])
      guard text.bindingCount + own.count <= bindings, let choice = ChoiceText(text, game),
        let reading = Self.reading(text)
      else { return nil }
      let declared = own.enumerated().map { number, line in
        line.replacing("%", with: "\(text.bindingCount + number)") + ";"
      }
      source = """
        #version 450
        // A rollout of \(game.name) by a small network: T = steps env steps from row block t = transition on.
        //
        //   for t: values, actions, log-probabilities of row block t; one turn of every environment; row block t + 1 is seen
        //
        // A workgroup of SMALL_WORKGROUP has GROUP_ENVIRONMENTS environments. An invocation is a seat where it reads a row, and
        // tiles of layers before the turn.
        // Workgroup x = environments, y = run of the window, whose parameters stand at its place.
        #include "Common/environment.h"
        #include "PPO/ppo.h"
        #include "Network/network.h"
        #include "Common/buffers.glsl"
        #include "Common/random.glsl"
        layout(local_size_x = SMALL_WORKGROUP) in;
        layout(push_constant) uniform Push { PersistentDispatch o; };
        \(text.functions(sharingStates: true, writing: ["actions"]))
        \(declared.joined(separator: "\n"))
        \(network.text)
        shared uint chosen_actions[SMALL_ROWS];
        \(choice.functions)

        // What a seat's row of observations holds, into `seen`.
        void read_row(uint first, uint lane) {
          \(reading)
        }

        void main() {
          uint lane = gl_LocalInvocationID.x;
          uint run = gl_WorkGroupID.y;
          p = o.environment;
          uint first = gl_WorkGroupID.x * GROUP_ENVIRONMENTS;
          uint environment = first + lane / AGENTS;
          bool sees = lane < GROUP_ENVIRONMENTS * AGENTS && environment < p.environments;
          prepare_network(run, o.parameter_stride);
          for (uint step = 0u; step < o.steps; ++step) {
            uint row = (p.transition * p.environments + environment) * AGENTS + lane % AGENTS;
            if (sees) read_row(run * p.observation_stride + row * SEEN_WORDS, lane);
            if (lane < SMALL_ROWS) take_row(lane, sees);
            forward_rows();
            play_turn(run, first);
          }
        }
        """
    }

    private static func reading(_ text: GameText) -> String? {
      switch text.elementType(of: "observations") {
      case "uint":
        """
        for (uint word = 0u; word < SEEN_WORDS; ++word) seen[lane * SEEN_WORDS + word] = observations[first + word];
        """
      case "uvec4":
        """
        for (uint word = 0u; word < SEEN_WORDS; word += 4u) {
          uvec4 four = observations[(first + word) / 4u];
          [[unroll]] for (uint i = 0u; i < 4u; ++i) seen[lane * SEEN_WORDS + word + i] = four[i];
        }
        """
      default: nil
      }
    }
  }
}
