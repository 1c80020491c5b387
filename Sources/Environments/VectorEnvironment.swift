import CShaders
import VulkanCompute

/// R x N copies of one game on the device.
///
/// Each `record…` call records one dispatch; the caller puts barriers between them. The order of a rollout step is
/// observe, choose actions, step, reset where done. The buffers that are passed in hold the same runs, or, where
/// `buffersFrom` is given, only those of the dispatch, from that place on.
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
  /// (R, N, A), only where the game shapes rewards: those of the last step that kept them nowhere else.
  public let shapedRewards: Buffer<Float>?
  /// (R, N, E), only where the game has outcomes: those of the last step that kept them nowhere else. To be read where
  /// that step ended an episode.
  public let outcomes: Buffer<Float>?

  /// (1, words) for all environments, or (R, N, words) where start states are injected.
  private let startStates: Buffer<UInt32>
  private let injectsStartStates: Bool
  private let layout: DeviceProfile.StateLayout
  private let resetKernel: Kernel
  private let stepKernel: Kernel
  private let observeKernel: Kernel

  /// Registers the buffers in `table`; call `initialize(seeds:)` once the table has been allocated.
  ///
  /// - Parameter injectsStartStates: Gives every environment its own start state, for recorded games and tests.
  public init(
    environment: any Environment, runs: Int, environmentsPerRun: Int, device: Device, table: BufferTable,
    injectsStartStates: Bool = false
  ) throws {
    self.environment = environment
    self.runCount = runs
    self.environmentsPerRun = environmentsPerRun
    self.injectsStartStates = injectsStartStates
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
        perRun: [("N", environmentsPerRun), ("A", environment.agentCount)],
        persistence: .scratch) : nil
    outcomes =
      environment.outcomeCount > 0
      ? table.register(
        "outcomes", of: Float.self, runs: runs,
        perRun: [("N", environmentsPerRun), ("E", environment.outcomeCount)],
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
    _ recorder: CommandRecorder, runs: Range<Int>, all: Bool, dones: Buffer<UInt32>, transition: Int,
    buffersFrom first: Int? = nil
  ) {
    let places = places(of: runs, from: first)
    var push = dispatch(transition: transition)
    push.force_reset = all ? 1 : 0
    push.done_stride = UInt32(dones.runStride)
    recorder.dispatch(
      resetKernel,
      [
        "seeds": seeds.window(runs: runs), "dones": dones.window(runs: places),
        "start_states": injectsStartStates ? startStates.window(runs: runs) : startStates.whole,
        "states": states.window(runs: runs),
      ], push: push, groups: resetKernel.groups(for: environmentsPerRun), runs.count,
      work: work(runs, words: all ? environment.stateWordCount : 1))
    recorder.barrier()
  }

  /// Packed observations (…, N, A, W) and legal masks (…, N, A, M) of all seats into row block `block`.
  public func recordObserve(
    _ recorder: CommandRecorder, runs: Range<Int>, observations: Buffer<UInt32>, legalMasks: Buffer<UInt32>, block: Int,
    buffersFrom first: Int? = nil
  ) {
    let places = places(of: runs, from: first)
    var push = dispatch(transition: 0)
    push.observation_block = UInt32(block)
    push.observation_stride = UInt32(observations.runStride)
    push.mask_stride = UInt32(legalMasks.runStride)
    recorder.dispatch(
      observeKernel,
      [
        "states": states.window(runs: runs), "observations": observations.window(runs: places),
        "legal_masks": legalMasks.window(runs: places),
      ], push: push, groups: observeKernel.groups(for: environmentsPerRun * environment.agentCount), runs.count,
      work: work(
        runs,
        words: environment.stateWordCount, perSeat: environment.observationWordCount + environment.maskWordCount))
    recorder.barrier()
  }

  /// One joint move: reads `actions` (T, N, A), writes `rewards` (T, N, A) and `dones` (T, N) of `transition`.
  ///
  /// - Parameters:
  ///   - shapedRewards: (T, N, A), for a learner of a game that shapes rewards.
  ///   - outcomes: (T, N, E), for callers that sum the outcomes of several steps at once.
  public func recordStep(
    _ recorder: CommandRecorder, runs: Range<Int>, actions: Buffer<UInt32>, rewards: Buffer<Float>,
    dones: Buffer<UInt32>, shapedRewards: Buffer<Float>? = nil, outcomes: Buffer<Float>? = nil, transition: Int,
    buffersFrom first: Int? = nil
  ) {
    let places = places(of: runs, from: first)
    var push = dispatch(transition: transition)
    push.action_stride = UInt32(actions.runStride)
    push.reward_stride = UInt32(rewards.runStride)
    push.done_stride = UInt32(dones.runStride)
    var bindings = [
      "actions": actions.window(runs: places), "rewards": rewards.window(runs: places),
      "dones": dones.window(runs: places), "errors": errors.window(runs: runs), "states": states.window(runs: runs),
    ]
    if let lastShapedRewards = self.shapedRewards {
      let target = shapedRewards ?? lastShapedRewards
      push.shaped_stride = UInt32(target.runStride)
      push.shaped_transition = shapedRewards == nil ? 0 : UInt32(transition)
      bindings["shaped_rewards"] = target.window(runs: shapedRewards == nil ? runs : places)
    }
    if let lastOutcomes = self.outcomes {
      let target = outcomes ?? lastOutcomes
      push.outcome_stride = UInt32(target.runStride)
      push.outcome_transition = outcomes == nil ? 0 : UInt32(transition)
      bindings["outcomes"] = target.window(runs: outcomes == nil ? runs : places)
    }
    recorder.dispatch(
      stepKernel, bindings, push: push, groups: stepKernel.groups(for: environmentsPerRun), runs.count,
      work: work(
        runs, words: 2 * environment.stateWordCount + 1 + environment.outcomeCount,
        perSeat: environment.shapesRewards ? 3 : 2))
    recorder.barrier()
  }

  /// Memory that a kernel passes over: words per environment and per seat of it.
  private func work(_ runs: Range<Int>, words: Int, perSeat: Int = 0) -> Work {
    Work(bytes: Double(4 * runs.count * environmentsPerRun * (words + environment.agentCount * perSeat)))
  }

  /// Where the runs of a dispatch stand in the caller's buffers.
  private func places(of runs: Range<Int>, from first: Int?) -> Range<Int> {
    first.map { $0..<$0 + runs.count } ?? runs
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
