import Configuration
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
  /// Stages: dispatches that run side by side.
  public let stages: Int
  /// Hand-overs to the host of one update or rollout.
  public let handOvers: Int
  public let agents: Int
  public let windowRuns: Int
  /// Where one update or rollout spends its time; nil unless asked for.
  public let profile: Profile?

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
    let counts = CommandCounts(work)
    let profile = try profiled ? trainer.profile(kind) : nil
    return TrainingBenchmark(
      envSteps: configuration.envStepsPerUpdate * runs.count, seconds: seconds, warmUpSeconds: warmUpSeconds,
      dispatches: counts.dispatches, stages: counts.stages, handOvers: counts.handOvers,
      agents: trainer.environment.agentCount, windowRuns: trainer.windowRuns,
      profile: profile)
  }

  /// How much longer the first dispatch of a kernel takes than its next: on software devices, where drivers compile in the
  /// first dispatch, the time to compile it, unless their cache knows it.
  public struct FirstDispatch: Sendable, Encodable {
    public let name: String
    public let seconds: Double
  }

  /// Of every kernel of a training, the longest first.
  public static func firstDispatches(
    configuration: TrainingConfiguration, device: Device
  ) throws -> [FirstDispatch] {
    let (first, next) = try Trainer.firstDispatches(configuration, device: device)
    func seconds(_ timings: [Timing], _ choose: (Double, Double) -> Double) -> [String: Double] {
      let kernels = timings.filter { !$0.isOnHost && !$0.label.isEmpty }
      return Dictionary(kernels.map { ($0.label, $0.seconds) }, uniquingKeysWith: choose)
    }
    let usual = seconds(next, min)
    return seconds(first, max).map { FirstDispatch(name: $0.key, seconds: max(0, $0.value - (usual[$0.key] ?? 0))) }
      .sorted { ($0.seconds, $1.name) > ($1.seconds, $0.name) }
  }
}
