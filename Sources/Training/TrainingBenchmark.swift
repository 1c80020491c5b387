import Environments
import VulkanCompute

/// Times rollouts (environments and inference) or whole updates of a configuration.
public struct TrainingBenchmark {
  public enum Kind: String, Sendable, CaseIterable {
    /// Rollouts: observe, forward, sample, step.
    case inference
    /// Whole updates: rollout, advantages, epochs.
    case train
  }

  /// Env steps of all runs per repetition.
  public let envSteps: Int
  /// Seconds of every repetition, in order.
  public let seconds: [Double]
  /// Seconds before the first repetition: allocation, compilation and warm-up.
  public let warmUpSeconds: Double
  /// Kernel dispatches of one update (`train`) or rollout (`inference`).
  public let dispatches: Int
  /// Hand-overs to the host of one update or rollout.
  public let hostSteps: Int
  public let agents: Int
  public let windowRuns: Int
  /// Where one update or rollout spends its time, longest first; empty unless asked for.
  public let profile: [ProfileLine]

  /// All dispatches of one kernel, or steps of the host of one kind.
  public struct ProfileLine: Sendable, Encodable {
    public let name: String
    public let calls: Int
    public let seconds: Double
  }

  public static func run(
    _ kind: Kind, configuration: TrainingConfiguration, device: Device, warmUp: Int = 1, repetitions: Int = 5,
    profiled: Bool = false
  ) throws -> TrainingBenchmark {
    let clock = ContinuousClock()
    let start = clock.now
    let runs = configuration.runs
    let trainer = try Trainer(configuration: configuration, runs: runs, device: device)
    let work = try trainer.benchmarkWork(kind)
    for _ in 0..<warmUp { try device.submit(work).wait() }
    let warmUpSeconds = (clock.now - start).inSeconds
    let seconds = try (0..<repetitions).map { _ in
      let begun = clock.now
      try device.submit(work).wait()
      return (clock.now - begun).inSeconds
    }
    let lines = try profiled ? profile(trainer.recordForTiming(kind), on: device) : []
    return TrainingBenchmark(
      envSteps: configuration.envStepsPerUpdate * runs.count, seconds: seconds, warmUpSeconds: warmUpSeconds,
      dispatches: work.reduce(0) { $0 + $1.dispatchCount }, hostSteps: work.reduce(0) { $0 + $1.hostStepCount },
      agents: trainer.environment.agentCount, windowRuns: trainer.windowRuns,
      profile: lines)
  }

  /// One more repetition, every dispatch timed.
  private static func profile(_ work: [CommandSequence], on device: Device) throws -> [ProfileLine] {
    try device.submit(work).wait()
    var sums: [String: (calls: Int, seconds: Double)] = [:]
    for (label, seconds) in try work.flatMap({ try $0.timings() }) where !label.isEmpty {
      let sum = sums[label, default: (0, 0)]
      sums[label] = (sum.calls + 1, sum.seconds + seconds)
    }
    return sums.map { ProfileLine(name: $0.key, calls: $0.value.calls, seconds: $0.value.seconds) }
      .sorted { ($0.seconds, $1.name) > ($1.seconds, $0.name) }
  }
}
