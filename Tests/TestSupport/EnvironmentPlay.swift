import Environments
import VulkanCompute

/// One environment on the device with all its buffers, moved step by step from the host: what tests play with.
public final class EnvironmentPlay {
  public let environment: any Environment
  public let device: Device
  public let vector: VectorEnvironment
  private let randomPlay: RandomPlay
  private let unpack: Kernel
  private let runs: Int
  private let transitions: Transitions
  private let values: Buffer<Float>  // (N, A, D)
  private var steps = 0
  private lazy var observing = record {
    vector.recordObserve($0, runs: all, into: transitions)
  }
  private lazy var stepping = record {
    vector.recordStep($0, runs: all, of: transitions)
  }
  private lazy var resetting = record { vector.recordReset($0, runs: all, of: transitions) }
  private lazy var choosing = record {
    randomPlay.recordChoose($0, runs: all, into: transitions)
  }

  private var all: Range<Int> { 0..<runs }

  /// Starts a first episode everywhere.
  public init(
    _ environment: any Environment, seeds: [UInt64] = [0], environments: Int = 1, device: Device,
    startStates: [[UInt32]] = []
  ) throws {
    self.environment = environment
    self.device = device
    runs = seeds.count
    let table = BufferTable(device: device)
    vector = try VectorEnvironment(
      environment: environment, runs: runs, environmentsPerRun: environments, device: device, table: table,
      injectsStartStates: !startStates.isEmpty)
    randomPlay = try RandomPlay(vector, device: device, table: table)
    unpack = try device.observationUnpacker(of: environment)
    transitions = Transitions(of: environment, runs: runs, environments: environments, table: table)
    values = table.register(
      "values", of: Float.self, runs: 1,
      perRun: [("N", environments), ("A", environment.agentCount), ("D", environment.observationFeatureCount)],
      persistence: .scratch)
    try table.allocate()
    try vector.initialize(seeds: seeds)
    for (index, start) in startStates.enumerated() {
      try vector.inject(startState: start, run: 0, environment: index)
    }
    try device.run { vector.recordFirstEpisodes($0, runs: all, of: transitions) }
    try observe()
  }

  private func record(_ body: (CommandRecorder) throws -> Void) -> CommandSequence {
    do { return try device.record(body) } catch { fatalError("\(error)") }
  }

  public func observe() throws { try device.submit(observing).wait() }

  /// Uniform legal actions for everyone; the masks must be current.
  public func chooseRandomly() throws {
    try randomPlay.setClock(steps)
    try device.submit(choosing).wait()
  }

  public func setActions(_ values: [UInt32], run: Int = 0) throws { try transitions.actions.write(values, run: run) }

  /// Moves, without a reset.
  public func step() throws {
    steps += 1
    try device.submit(stepping).wait()
  }

  public func resetWhereDone() throws { try device.submit(resetting).wait() }

  /// What is on the device now; (N) or (N, A) entries.
  public func states(run: Int = 0) throws -> [[UInt32]] { try vector.states(run: run) }
  public func rewards(run: Int = 0) throws -> [Float] { try transitions.rewards.read(run: run) }
  public func dones(run: Int = 0) throws -> [Bool] { try transitions.dones.read(run: run).map { $0 != 0 } }
  /// (N, E), to be read where the last step ended an episode; empty where the game has no outcomes.
  public func outcomes(run: Int = 0) throws -> [Float] { try transitions.outcomes?.read(run: run) ?? [] }
  /// (N, A); nil where the game does not shape rewards.
  public func shapedRewards(run: Int = 0) throws -> [Float]? { try transitions.shapedRewards?.read(run: run) }
  /// Makes outcomes that are not written show.
  public func poisonOutcomes() throws {
    guard let outcomes = transitions.outcomes else { return }
    try outcomes.write(Array(repeating: .nan, count: outcomes.count))
  }
  public func errors(run: Int = 0) throws -> [UInt32] { try vector.errors.read(run: run) }
  public func actions(run: Int = 0) throws -> [UInt32] { try transitions.actions.read(run: run) }
  public func packedObservations(run: Int = 0) throws -> [UInt32] { try transitions.observations.read(run: run) }
  public func packedMasks(run: Int = 0) throws -> [UInt32] { try transitions.legalMasks.read(run: run) }

  /// Legal actions, (N, A) lists.
  public func legalActions(run: Int = 0) throws -> [[Int]] {
    let words = try transitions.legalMasks.read(run: run)
    let count = environment.maskWordCount
    return stride(from: 0, to: words.count, by: count).map {
      environment.legalActions(inMask: words[$0..<$0 + count])
    }
  }

  /// Observations as float32, (N, A) rows of D features.
  public func observations(run: Int = 0) throws -> [[Float]] {
    let features = environment.observationFeatureCount
    let count = vector.environmentsPerRun * environment.agentCount * features
    try device.run {
      $0.dispatch(
        unpack, ["observations": transitions.observations.window(runs: run..<run + 1), "values": values.whole],
        push: UInt32(count), groups: unpack.groups(for: count))
    }
    let all = try values.read(run: 0)
    return stride(from: 0, to: count, by: features).map { Array(all[$0..<$0 + features]) }
  }
}
