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
    /// Parts of a run's environments that are bound separately.
    public let pieces: Int
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

  /// Where the environments of a run exceed one binding, they are played in pieces of equal size, each with a seed of its
  /// own.
  ///
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
      pieces: play.pieces.perRun, agents: environment.agentCount, envSteps: steps * configuration.repetitions,
      seconds: seconds,
      warmUpSeconds: warmUp,
      envStepsPerSecond: Spread(rates),
      profile: profiled ? try play.profile() : nil,
      observationBytesPerSeat: environment.observationWordCount * 4, stateBytes: environment.stateWordCount * 4,
      device: device.description.name, driver: device.description.driver)
  }
}
