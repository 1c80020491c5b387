import CShaders
import VulkanCompute

/// R x N copies of one game on the device.
///
/// Each `record…` call records one dispatch; the caller puts barriers between them. The order of a rollout step is
/// observe, choose actions, step, reset where done.
public final class VectorEnvironment {
  public let environment: any Environment
  /// R
  public let runCount: Int
  /// N
  public let environmentsPerRun: Int

  /// (R, N, S), or (R, S, N) for structures of arrays; `state(run:environment:)` hides the difference.
  public let states: Buffer<UInt32>
  /// (R, 1)
  public let seeds: Buffer<SIMD2<UInt32>>
  /// (R, N): 0, or the first `ERROR_…` of an environment.
  public let errors: Buffer<UInt32>
  /// (R, shapedTransitions, N, A), only where the game shapes rewards: what its learner sees beside `rewards`.
  public let shapedRewards: Buffer<Float>?

  /// (1, words) for all environments, or (R, N, words) where start states are injected.
  private let startStates: Buffer<UInt32>
  private let injectsStartStates: Bool
  private let shapedTransitions: Int
  private let layout: DeviceProfile.StateLayout
  private let resetKernel: Kernel
  private let stepKernel: Kernel
  private let observeKernel: Kernel

  /// Registers the buffers in `table`; call `initialize(seeds:)` once the table has been allocated.
  ///
  /// - Parameters:
  ///   - injectsStartStates: Gives every environment its own start state, for recorded games and tests.
  ///   - shapedTransitions: How many transitions of shaped rewards are kept: T for a learner; the last one otherwise.
  public init(
    environment: any Environment, runs: Int, environmentsPerRun: Int, device: Device, table: BufferTable,
    injectsStartStates: Bool = false, shapedTransitions: Int = 1
  ) throws {
    self.environment = environment
    self.runCount = runs
    self.environmentsPerRun = environmentsPerRun
    self.injectsStartStates = injectsStartStates
    self.shapedTransitions = shapedTransitions
    layout = device.profile.stateLayout
    resetKernel = try device.kernel(environment.resetKernel, macros: environment.macros)
    stepKernel = try device.kernel(environment.stepKernel, macros: environment.macros)
    observeKernel = try device.kernel(environment.observeKernel, macros: environment.macros)
    states = table.register(
      "environment_states", of: UInt32.self, runs: runs,
      perRun: [("N", environmentsPerRun), ("S", environment.stateWordCount)], persistence: .persistent)
    seeds = table.register(
      "environment_seeds", of: SIMD2<UInt32>.self, runs: runs, perRun: [("seed", 1)], persistence: .persistent)
    errors = table.register(
      "environment_errors", of: UInt32.self, runs: runs, perRun: [("N", environmentsPerRun)],
      persistence: .persistent)
    shapedRewards =
      environment.shapesRewards
      ? table.register(
        "shaped_rewards", of: Float.self, runs: runs,
        perRun: [("T", shapedTransitions), ("N", environmentsPerRun), ("A", environment.agentCount)],
        persistence: .scratch) : nil
    let words = environment.startState.count
    startStates = table.register(
      "environment_start_states", of: UInt32.self, runs: injectsStartStates ? runs : 1,
      perRun: injectsStartStates ? [("N", environmentsPerRun), ("words", words)] : [("words", words)],
      persistence: .scratch)
  }

  /// Writes the seed of every run and the start states.
  public func initialize(seeds values: [UInt64]) throws {
    precondition(values.count == runCount, "one seed per run")
    for (run, seed) in values.enumerated() { try seeds.write([CounterRandom.words(of: seed)], run: run) }
    let start = environment.startState
    guard injectsStartStates else { return try startStates.write(start) }
    for run in 0..<runCount {
      try startStates.write(Array(repeatElement(start, count: environmentsPerRun).joined()), run: run)
    }
  }

  /// The start state of one environment, from its next reset on.
  public func inject(startState: [UInt32], run: Int, environment index: Int) throws {
    precondition(injectsStartStates, "made without injectsStartStates")
    precondition(startState.count == environment.startState.count, "a start state of another size")
    try startStates.write(startState, at: run * startStates.runStride + index * startState.count)
  }

  // MARK: Recording

  /// New episodes where `dones` of `transition` says so, or everywhere.
  public func recordReset(
    _ recorder: CommandRecorder, runs: Range<Int>, all: Bool, dones: Buffer<UInt32>, transition: Int
  ) {
    var push = dispatch(transition: transition)
    push.force_reset = all ? 1 : 0
    push.done_stride = UInt32(dones.runStride)
    recorder.dispatch(
      resetKernel,
      [
        "seeds": seeds.window(runs: runs), "dones": dones.window(runs: runs),
        "start_states": injectsStartStates ? startStates.window(runs: runs) : startStates.whole,
        "states": states.window(runs: runs),
      ], push: push, groups: resetKernel.groups(for: environmentsPerRun), runs.count)
  }

  /// Packed observations (…, N, A, W) and legal masks (…, N, A, M) of all seats into row block `block`.
  public func recordObserve(
    _ recorder: CommandRecorder, runs: Range<Int>, observations: Buffer<UInt32>, legalMasks: Buffer<UInt32>, block: Int
  ) {
    var push = dispatch(transition: 0)
    push.observation_block = UInt32(block)
    push.observation_stride = UInt32(observations.runStride)
    push.mask_stride = UInt32(legalMasks.runStride)
    recorder.dispatch(
      observeKernel,
      [
        "states": states.window(runs: runs), "observations": observations.window(runs: runs),
        "legal_masks": legalMasks.window(runs: runs),
      ], push: push, groups: observeKernel.groups(for: environmentsPerRun * environment.agentCount), runs.count)
  }

  /// One joint move: reads `actions` (T, N, A), writes `rewards` (T, N, A) and `dones` (T, N) of `transition`.
  public func recordStep(
    _ recorder: CommandRecorder, runs: Range<Int>, actions: Buffer<UInt32>, rewards: Buffer<Float>,
    dones: Buffer<UInt32>, transition: Int
  ) {
    var push = dispatch(transition: transition)
    push.action_stride = UInt32(actions.runStride)
    push.reward_stride = UInt32(rewards.runStride)
    push.done_stride = UInt32(dones.runStride)
    var bindings = [
      "actions": actions.window(runs: runs), "rewards": rewards.window(runs: runs),
      "dones": dones.window(runs: runs), "errors": errors.window(runs: runs), "states": states.window(runs: runs),
    ]
    if let shapedRewards {
      push.shaped_stride = UInt32(shapedRewards.runStride)
      push.shaped_transition = UInt32(transition % shapedTransitions)
      bindings["shaped_rewards"] = shapedRewards.window(runs: runs)
    }
    recorder.dispatch(
      stepKernel, bindings, push: push, groups: stepKernel.groups(for: environmentsPerRun), runs.count)
  }

  // MARK: Reading back

  /// The S words of one environment.
  public func state(run: Int, environment index: Int) throws -> [UInt32] {
    state(environment: index, inRun: try states.read(run: run))
  }

  /// The S words of every environment of one run.
  public func states(run: Int) throws -> [[UInt32]] {
    let words = try states.read(run: run)
    return (0..<environmentsPerRun).map { state(environment: $0, inRun: words) }
  }

  /// - Throws: `EnvironmentFailure` for the first environment with an error.
  public func requireNoErrors() throws {
    for run in 0..<runCount {
      guard let (index, code) = try errors.read(run: run).enumerated().first(where: { $0.element != 0 }) else {
        continue
      }
      throw EnvironmentFailure(environment: environment.name, run: run, index: index, code: code)
    }
  }

  private func state(environment index: Int, inRun words: [UInt32]) -> [UInt32] {
    let count = environment.stateWordCount
    switch layout {
    case .arrayOfStructures: return Array(words[index * count..<(index + 1) * count])
    case .structureOfArrays: return (0..<count).map { words[$0 * environmentsPerRun + index] }
    }
  }

  private func dispatch(transition: Int) -> EnvironmentDispatch {
    var push = EnvironmentDispatch()
    push.environments = UInt32(environmentsPerRun)
    push.transition = UInt32(transition)
    push.seed_stride = UInt32(seeds.runStride)
    push.state_stride = UInt32(states.runStride)
    push.error_stride = UInt32(errors.runStride)
    if injectsStartStates {
      push.start_stride = UInt32(startStates.runStride)
      push.start_environment_stride = UInt32(environment.startState.count)
    }
    return push
  }
}

/// An environment that refused an action.
public struct EnvironmentFailure: Error, CustomStringConvertible, Equatable {
  public let environment: String
  public let run: Int
  public let index: Int
  /// One of `ERROR_…` in `Shaders/Common/environment.h`.
  public let code: UInt32

  public var description: String {
    let what =
      switch code {
      case ERROR_ILLEGAL_ACTION: "an action outside the legal mask"
      case ERROR_EPISODE_ENDED: "a step after the end of the episode"
      default: "error \(code)"
      }
    return "\(environment): \(what) in environment \(index) of run \(run)"
  }
}
