import CShaders
import VulkanCompute

/// R x N copies of one game on the device.
///
/// `recordEnvStep` is the loop that everything plays by: observe, choose actions, step, reset where done. Its parts can be
/// recorded apart, for who has to look in between. `recordTurn` is the rest of the loop for who has observed and chosen, in
/// one kernel on graphics processors.
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

  /// (1, words) for all environments, or (R, N, words) where start states are injected.
  private let startStates: Buffer<UInt32>
  private let injectsStartStates: Bool
  private let layout: DeviceProfile.StateLayout
  private let resetKernel: Kernel
  private let stepKernel: Kernel
  private let observeKernel: Kernel
  /// Whether a turn is one kernel here, and so a part of kernels that do more (`GameText`).
  public let takesTurns: Bool
  private let device: Device
  private var turnKernel: Kernel?  // the three in one, once it is needed

  /// Registers the buffers in `table`; call `initialize(seeds:)` once the table has been allocated.
  ///
  /// - Parameters:
  ///   - injectsStartStates: Gives every environment its own start state, for recorded games and tests.
  ///   - takesTurns: Whether turns are to be one kernel where dispatches cost more than what they do.
  public init(
    environment: any Environment, runs: Int, environmentsPerRun: Int, device: Device, table: BufferTable,
    injectsStartStates: Bool = false, takesTurns: Bool = false
  ) throws {
    self.environment = environment
    self.runCount = runs
    self.environmentsPerRun = environmentsPerRun
    self.injectsStartStates = injectsStartStates
    layout = device.profile.stateLayout
    resetKernel = try device.kernel(environment.resetKernel, macros: environment.macros)
    stepKernel = try device.kernel(environment.stepKernel, macros: environment.macros)
    observeKernel = try device.kernel(environment.observeKernel, macros: environment.macros)
    self.takesTurns = takesTurns && [.shared, .cooperative].contains(device.profile.matrixMultiply)
    self.device = device
    states = table.register(
      "environment_states", of: UInt32.self, runs: runs,
      perRun: [("N", environmentsPerRun), ("S", environment.stateWordCount)], persistence: .persistent)
    seeds = table.register(
      "environment_seeds", of: SIMD2<UInt32>.self, runs: runs, perRun: [("seed", 1)], persistence: .persistent)
    errors = table.register(
      "environment_errors", of: UInt32.self, runs: runs, perRun: [("N", environmentsPerRun)],
      persistence: .persistent)
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

  /// One env step: the observations of `step`, the actions that `choose` records, what comes of them, and new episodes where
  /// one ended.
  ///
  /// - Parameter step: t, from 0 to T - 1 of `transitions`.
  public func recordEnvStep(
    _ recorder: CommandRecorder, runs: Range<Int>, step: Int = 0, into transitions: Transitions,
    choose: () throws -> Void
  ) rethrows {
    recordObserve(recorder, runs: runs, step: step, into: transitions)
    try choose()
    recordStep(recorder, runs: runs, step: step, of: transitions)
    recordReset(recorder, runs: runs, step: step, of: transitions)
  }

  /// One joint move by the actions of `step`, new episodes where it ended one, and what is seen then: the observations of
  /// `step` + 1.
  ///
  /// - Throws: `VulkanError` where the kernel cannot be made.
  public func recordTurn(_ recorder: CommandRecorder, runs: Range<Int>, step: Int, of transitions: Transitions) throws {
    guard takesTurns else {
      recordStep(recorder, runs: runs, step: step, of: transitions)
      recordReset(recorder, runs: runs, step: step, of: transitions)
      return recordObserve(recorder, runs: runs, step: step + 1, into: transitions)
    }
    let kernel = try turnKernel ?? makeTurnKernel()
    recorder.dispatch(
      kernel, turnBindings(runs, transitions), push: turnDispatch(transitions, step: step),
      groups: kernel.groups(for: environmentsPerRun), runs.count, work: turnWork(runs))
  }

  private func makeTurnKernel() throws -> Kernel {
    let kernel = try device.kernel(
      name: "\(environment.name)_turn", source: GameText(environment).turnKernel, macros: environment.macros)
    turnKernel = kernel
    return kernel
  }

  /// What a kernel with the functions of `GameText` binds.
  public func turnBindings(_ runs: Range<Int>, _ transitions: Transitions) -> [String: BufferWindow] {
    stepBindings(runs, transitions).merging(resetBindings(runs, transitions)) { one, _ in one }
      .merging(observeBindings(runs, transitions)) { one, _ in one }
  }

  /// What it is told of the turn that begins with `step`.
  public func turnDispatch(_ transitions: Transitions, step: Int) -> EnvironmentDispatch {
    dispatch(transitions, step: step)
  }

  /// What a turn has to do.
  public func turnWork(_ runs: Range<Int>) -> Work { stepWork(runs) + work(runs, words: 1) + observeWork(runs) }

  /// First episodes everywhere.
  public func recordFirstEpisodes(_ recorder: CommandRecorder, runs: Range<Int>, of transitions: Transitions) {
    recordReset(recorder, runs: runs, step: 0, of: transitions, everywhere: true)
  }

  /// New episodes where `step` ended one.
  public func recordReset(
    _ recorder: CommandRecorder, runs: Range<Int>, step: Int = 0, of transitions: Transitions
  ) {
    recordReset(recorder, runs: runs, step: step, of: transitions, everywhere: false)
  }

  private func recordReset(
    _ recorder: CommandRecorder, runs: Range<Int>, step: Int, of transitions: Transitions, everywhere: Bool
  ) {
    recorder.dispatch(
      resetKernel, resetBindings(runs, transitions), push: dispatch(transitions, step: step, everywhere: everywhere),
      groups: resetKernel.groups(for: environmentsPerRun), runs.count,
      work: work(runs, words: everywhere ? environment.stateWordCount : 1))
  }

  /// Packed observations and legal masks of all seats before `step`, which may be T where the last ones are kept.
  public func recordObserve(
    _ recorder: CommandRecorder, runs: Range<Int>, step: Int = 0, into transitions: Transitions
  ) {
    recorder.dispatch(
      observeKernel, observeBindings(runs, transitions), push: dispatch(transitions, step: step),
      groups: observeKernel.groups(for: environmentsPerRun * environment.agentCount), runs.count,
      work: observeWork(runs))
  }

  /// One joint move by the actions of `step`.
  public func recordStep(
    _ recorder: CommandRecorder, runs: Range<Int>, step: Int = 0, of transitions: Transitions
  ) {
    recorder.dispatch(
      stepKernel, stepBindings(runs, transitions), push: dispatch(transitions, step: step),
      groups: stepKernel.groups(for: environmentsPerRun), runs.count, work: stepWork(runs))
  }

  private func stepBindings(_ runs: Range<Int>, _ transitions: Transitions) -> [String: BufferWindow] {
    let places = transitions.places(of: runs)
    var bindings = [
      "actions": transitions.actions.window(runs: places), "rewards": transitions.rewards.window(runs: places),
      "dones": transitions.dones.window(runs: places), "errors": errors.window(runs: runs),
      "states": states.window(runs: runs),
    ]
    bindings["shaped_rewards"] = transitions.shapedRewards?.window(runs: places)
    bindings["outcomes"] = transitions.outcomes?.window(runs: places)
    return bindings
  }

  private func resetBindings(_ runs: Range<Int>, _ transitions: Transitions) -> [String: BufferWindow] {
    [
      "seeds": seeds.window(runs: runs), "dones": transitions.dones.window(runs: transitions.places(of: runs)),
      "start_states": injectsStartStates ? startStates.window(runs: runs) : startStates.whole,
      "states": states.window(runs: runs),
    ]
  }

  private func observeBindings(_ runs: Range<Int>, _ transitions: Transitions) -> [String: BufferWindow] {
    let places = transitions.places(of: runs)
    return [
      "states": states.window(runs: runs), "observations": transitions.observations.window(runs: places),
      "legal_masks": transitions.legalMasks.window(runs: places),
    ]
  }

  private func stepWork(_ runs: Range<Int>) -> Work {
    work(
      runs, words: 2 * environment.stateWordCount + 1 + environment.outcomeCount,
      perSeat: environment.shapesRewards ? 3 : 2)
  }

  private func observeWork(_ runs: Range<Int>) -> Work {
    work(
      runs, words: environment.stateWordCount, perSeat: environment.observationWordCount + environment.maskWordCount)
  }

  /// Memory that a kernel passes over: words per environment and per seat of it.
  private func work(_ runs: Range<Int>, words: Int, perSeat: Int = 0) -> Work {
    Work(bytes: Double(4 * runs.count * environmentsPerRun * (words + environment.agentCount * perSeat)))
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

  /// What reset, step and observe are told.
  private func dispatch(_ transitions: Transitions, step: Int, everywhere: Bool = false) -> EnvironmentDispatch {
    EnvironmentDispatch(
      environments: UInt32(environmentsPerRun), force_reset: everywhere ? 1 : 0, transition: UInt32(step),
      seed_stride: UInt32(seeds.runStride), state_stride: UInt32(states.runStride),
      observation_stride: UInt32(transitions.observations.runStride),
      mask_stride: UInt32(transitions.legalMasks.runStride), action_stride: UInt32(transitions.actions.runStride),
      reward_stride: UInt32(transitions.rewards.runStride), done_stride: UInt32(transitions.dones.runStride),
      error_stride: UInt32(errors.runStride), start_stride: injectsStartStates ? UInt32(startStates.runStride) : 0,
      start_environment_stride: injectsStartStates ? UInt32(environment.startState.count) : 0,
      shaped_stride: UInt32(transitions.shapedRewards?.runStride ?? 0),
      outcome_stride: UInt32(transitions.outcomes?.runStride ?? 0))
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
