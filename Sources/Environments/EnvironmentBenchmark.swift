import VulkanCompute

/// Speed of a game alone: every seat's observation and legal mask, uniform legal actions, step, reset where done, all on
/// the device. One env step is one joint move of one environment, auto-reset included.
public struct EnvironmentBenchmark: Sendable {
  public struct Configuration: Sendable {
    /// R
    public var runs: Int
    /// N, environments per run.
    public var environments: Int
    /// Steps recorded in one command sequence.
    public var stepsPerSubmission: Int
    /// Submissions in one timed repetition.
    public var submissions: Int
    /// Timed repetitions; one more, untimed, comes first.
    public var repetitions: Int

    public init(
      runs: Int = 1, environments: Int = 1024, stepsPerSubmission: Int = 64, submissions: Int = 16,
      repetitions: Int = 5
    ) {
      self.runs = runs
      self.environments = environments
      self.stepsPerSubmission = stepsPerSubmission
      self.submissions = submissions
      self.repetitions = repetitions
    }
  }

  public struct Result: Sendable {
    public let environment: String
    public let runs: Int
    public let environments: Int
    public let agents: Int
    /// Timed env steps of all repetitions.
    public let envSteps: Int
    /// Timed seconds of all repetitions.
    public let seconds: Double
    /// Seconds before the first timed repetition: kernels, buffers, warm-up.
    public let warmUpSeconds: Double
    public let envStepsPerSecond: Spread
    /// Where the env steps of one submission spend their time, measured apart; nil unless asked for.
    public let profile: Profile?
    public let observationBytesPerSeat: Int
    public let stateBytes: Int
    public let device: String
    public let driver: String

    public var agentStepsPerSecond: Spread { envStepsPerSecond.scaled(by: Double(agents)) }
  }

  /// - Throws: `VulkanError`; `EnvironmentFailure` if a kernel of the game refused an action of its own mask.
  public static func run(
    environment: any Environment, configuration: Configuration = Configuration(), device: Device, profiled: Bool = false
  ) throws -> Result {
    let clock = ContinuousClock()
    let start = clock.now
    let play = try BenchmarkPlay(environment: environment, configuration: configuration, device: device)
    try play.repetition()
    let warmUp = (clock.now - start).inSeconds
    var rates: [Double] = []
    var seconds = 0.0
    let steps =
      configuration.runs * configuration.environments * configuration.stepsPerSubmission * configuration.submissions
    for _ in 0..<configuration.repetitions {
      let begun = clock.now
      try play.repetition()
      let elapsed = (clock.now - begun).inSeconds
      seconds += elapsed
      rates.append(Double(steps) / elapsed)
    }
    try play.vector.requireNoErrors()
    return Result(
      environment: environment.name, runs: configuration.runs, environments: configuration.environments,
      agents: environment.agentCount, envSteps: steps * configuration.repetitions, seconds: seconds,
      warmUpSeconds: warmUp,
      envStepsPerSecond: Spread(rates),
      profile: profiled ? try play.profile() : nil,
      observationBytesPerSeat: environment.observationWordCount * 4, stateBytes: environment.stateWordCount * 4,
      device: device.description.name, driver: device.description.driver)
  }
}

/// The recorded work of a benchmark.
private final class BenchmarkPlay {
  let vector: VectorEnvironment
  private let configuration: EnvironmentBenchmark.Configuration
  private let device: Device
  private let randomPlay: RandomPlay
  private let observations: Buffer<UInt32>  // (R, N, A, W)
  private let legalMasks: Buffer<UInt32>  // (R, N, A, M)
  private let actions: Buffer<UInt32>  // (R, T, N, A)
  private let rewards: Buffer<Float>  // (R, T, N, A)
  private let dones: Buffer<UInt32>  // (R, T, N)
  private var sequence: CommandSequence?
  private var steps = 0

  init(
    environment: any Environment, configuration: EnvironmentBenchmark.Configuration, device: Device
  ) throws {
    self.configuration = configuration
    self.device = device
    let table = BufferTable(device: device)
    let rows = [("N", configuration.environments), ("A", environment.agentCount)]
    let steps = [("T", configuration.stepsPerSubmission)]
    let runs = configuration.runs
    vector = try VectorEnvironment(
      environment: environment, runs: runs, environmentsPerRun: configuration.environments, device: device,
      table: table)
    randomPlay = try RandomPlay(vector, device: device, table: table)
    observations = table.register(
      "observations", of: UInt32.self, runs: runs, perRun: rows + [("W", environment.observationWordCount)],
      persistence: .scratch)
    legalMasks = table.register(
      "legal_masks", of: UInt32.self, runs: runs, perRun: rows + [("M", environment.maskWordCount)],
      persistence: .scratch)
    actions = table.register("actions", of: UInt32.self, runs: runs, perRun: steps + rows, persistence: .scratch)
    rewards = table.register("rewards", of: Float.self, runs: runs, perRun: steps + rows, persistence: .scratch)
    dones = table.register(
      "dones", of: UInt32.self, runs: runs, perRun: steps + [("N", configuration.environments)],
      persistence: .scratch)
    try table.allocate()
    try vector.initialize(seeds: (0..<runs).map { UInt64($0) })
    let all = 0..<runs
    try device.run { vector.recordReset($0, runs: all, all: true, dones: dones, transition: 0) }
    sequence = try device.record { recorder in
      for step in 0..<configuration.stepsPerSubmission { recordStep(recorder, step) }
    }
  }

  /// observe, choose, step, reset.
  private func recordStep(_ recorder: CommandRecorder, _ step: Int) {
    let all = 0..<configuration.runs
    vector.recordObserve(recorder, runs: all, observations: observations, legalMasks: legalMasks, block: 0)
    recorder.barrier()
    randomPlay.recordChoose(
      recorder, runs: all, legalMasks: legalMasks, block: 0, actions: actions, transition: step)
    recorder.barrier()
    vector.recordStep(recorder, runs: all, actions: actions, rewards: rewards, dones: dones, transition: step)
    recorder.barrier()
    vector.recordReset(recorder, runs: all, all: false, dones: dones, transition: step)
    recorder.barrier()
  }

  /// The timed work.
  func repetition() throws {
    guard let sequence else { return }
    for _ in 0..<configuration.submissions {
      try randomPlay.setClock(steps)
      try device.submit(sequence).wait()
      steps += configuration.stepsPerSubmission
    }
  }

  /// Time of every kernel, measured apart from the timed repetitions.
  func profile() throws -> Profile {
    let peaks = try MeasuredPeaks.measure(on: device)
    try randomPlay.setClock(steps)
    let timed = try device.recordTimed { recorder in
      recorder.phase = "environment"
      for step in 0..<configuration.stepsPerSubmission { recordStep(recorder, step) }
    }
    try device.submit(timed).wait()
    return try Profile(timed.timings(), peaks: peaks)
  }
}
