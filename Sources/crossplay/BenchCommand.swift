import ArgumentParser
import Configuration
import Environments
import Evaluation
import Foundation
import Runs
import Training
import VulkanCompute

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measures env steps per second: median, minimum and maximum over repetitions.")

  enum Kind: String, ExpressibleByArgument, CaseIterable {
    /// Environments alone: observations and masks of all seats, random legal actions, auto-reset.
    case environment
    /// Environments and the network's forward pass.
    case inference
    /// Whole updates.
    case train
    /// Cross-play of untrained policies, every run with every run: games.
    case evaluate
  }

  @Argument(help: "What to measure.")
  var kind: Kind

  @Option(name: .customLong("environment"), help: "Name of the environment.")
  var environmentName: String

  @Option(help: "Timed repetitions after the warm-up.")
  var repetitions = 5

  @OptionGroup var overrides: OverrideOptions
  @OptionGroup var deviceOptions: DeviceOptions

  @Flag(
    help: ArgumentHelp(
      "Also time every kernel and every step of the host, in a repetition of its own.",
      discussion: "First measures the peak rates of the machine; docs/performance.md explains the table."))
  var profile = false

  @Flag(
    help: ArgumentHelp(
      "Instead, measure how much longer the first dispatch of every kernel of a training takes than the next.",
      discussion: "Software devices compile in the first dispatch; scripts/compile-times empties the caches first."))
  var firstDispatches = false

  @Flag(help: "Print one JSON object with the result.")
  var json = false

  struct FirstDispatches: Encodable {
    let environment: String
    let seconds: Double
    let kernels: [TrainingBenchmark.FirstDispatch]
    let device: String
    let driver: String
    let commit: String
  }

  struct Result: Encodable {
    let kind: String
    let environment: String
    let runs: Int
    let environments: Int
    /// Parts of a run's environments that are bound separately; for games alone.
    var pieces: Int?
    let envStepsPerSecond: Spread
    let agentStepsPerSecond: Spread
    /// Of all timed repetitions.
    let seconds: Double
    let warmUpSeconds: Double
    let repetitions: Int
    let device: String
    let driver: String
    let commit: String
    var dispatches: Int?
    var stages: Int?
    /// The library of the host and the instructions that it uses; nil where matrix products run on the device.
    var hostProducts: String?
    var handOvers: Int?
    var gamesPerSecond: Spread?
    var policies: Int?
    var profile: Profile?
  }

  func validate() throws {
    guard !firstDispatches || kind == .train && !profile else {
      throw ValidationError("--first-dispatches is for train, without --profile")
    }
    guard (1...10_000).contains(repetitions) else { throw ValidationError("--repetitions is from 1 to 10000") }
  }

  func run() throws {
    let configuration = try TrainingConfiguration.ofEnvironment(
      environmentName, command: "bench", overrides: overrides.overrides)
    let device = try deviceOptions.open(
      environments: kind == .evaluate ? nil : configuration.environments * configuration.seeds.count)
    if firstDispatches { return try printFirstDispatches(configuration, device) }
    var result =
      switch kind {
      case .environment: try environmentResult(configuration, device)
      case .inference, .train: try trainingResult(configuration, device)
      case .evaluate: try evaluationResult(configuration, device)
      }
    result.hostProducts = device.products?.description
    try deviceOptions.finish(device)
    if json { return try Console.printJSON(result) }
    let rate = result.envStepsPerSecond
    let pieces = if let pieces = result.pieces, pieces > 1 { " in \(pieces) pieces" } else { "" }
    try Console.print(
      "\(kind.rawValue) \(environmentName): \(magnitude(rate.median)) env steps/s "
        + "(\(magnitude(rate.min)) to \(magnitude(rate.max)) in \(repetitions) repetitions), "
        + "\(result.runs) runs x \(result.environments) environments\(pieces) on \(result.device)")
    if let games = result.gamesPerSecond, let policies = result.policies {
      let span = "(\(magnitude(games.min)) to \(magnitude(games.max)))"
      try Console.print("\(magnitude(games.median)) games/s \(span), \(policies) policies")
    }
    if let dispatches = result.dispatches, let stages = result.stages, let handOvers = result.handOvers {
      let work = kind == .train ? "update" : "rollout"
      try Console.print(
        "\(CommandCounts.amount(dispatches: dispatches, stages: stages, handOvers: handOvers)) per \(work)")
    }
    if let profile = result.profile { try Console.print(profile.text) }
  }

  private func printFirstDispatches(_ configuration: TrainingConfiguration, _ device: Device) throws {
    let start = ContinuousClock.now
    let kernels = try TrainingBenchmark.firstDispatches(configuration: configuration, device: device)
    let seconds = (ContinuousClock.now - start).inSeconds
    try deviceOptions.finish(device)
    guard !json else {
      return try Console.printJSON(
        FirstDispatches(
          environment: environmentName, seconds: seconds, kernels: kernels, device: device.description.name,
          driver: device.description.driver, commit: Version.commit))
    }
    try Console.print(String(format: "%@: %.2f s for two updates, start included", environmentName, seconds))
    var table = TextTable()
    for kernel in kernels { table.append(["  \(kernel.name)", String(format: "%.3f s", kernel.seconds)]) }
    for line in table.lines { try Console.print(line) }
  }

  private func environmentResult(_ configuration: TrainingConfiguration, _ device: Device) throws -> Result {
    let measured = try EnvironmentBenchmark.run(
      environment: configuration.makeEnvironment(),
      configuration: EnvironmentBenchmark.Configuration(
        runs: configuration.runs.count, environments: configuration.environments,
        // 16 for a thousand environments, so that a repetition of many does not take minutes
        submissions: min(16, max(1, 16_384 / (configuration.runs.count * configuration.environments))),
        repetitions: repetitions),
      device: device, profiled: profile)
    return Result(
      kind: kind.rawValue, environment: environmentName, runs: measured.runs, environments: measured.environments,
      pieces: measured.pieces, envStepsPerSecond: measured.envStepsPerSecond,
      agentStepsPerSecond: measured.agentStepsPerSecond,
      seconds: measured.seconds, warmUpSeconds: measured.warmUpSeconds, repetitions: repetitions,
      device: measured.device, driver: measured.driver, commit: Version.commit,
      profile: measured.profile)
  }

  private func trainingResult(_ configuration: TrainingConfiguration, _ device: Device) throws -> Result {
    let measured = try TrainingBenchmark.run(
      kind == .train ? .train : .inference, configuration: configuration, device: device, repetitions: repetitions,
      profiled: profile)
    let rates = Spread(measured.seconds.map { Double(measured.envSteps) / $0 })
    return Result(
      kind: kind.rawValue, environment: environmentName, runs: configuration.runs.count,
      environments: configuration.environments, envStepsPerSecond: rates,
      agentStepsPerSecond: rates.scaled(by: Double(measured.agents)), seconds: measured.seconds.reduce(0, +),
      warmUpSeconds: measured.warmUpSeconds, repetitions: repetitions, device: device.description.name,
      driver: device.description.driver, commit: Version.commit, dispatches: measured.dispatches,
      stages: measured.stages,
      handOvers: measured.handOvers, profile: measured.profile)
  }

  private func evaluationResult(_ configuration: TrainingConfiguration, _ device: Device) throws -> Result {
    let measured = try EvaluationBenchmark.run(
      configuration: configuration, device: device, repetitions: repetitions, profiled: profile)
    let rates = Spread(measured.seconds.map { Double(measured.envSteps) / $0 })
    var result = Result(
      kind: kind.rawValue, environment: environmentName, runs: configuration.runs.count,
      environments: measured.environments, envStepsPerSecond: rates,
      agentStepsPerSecond: rates.scaled(by: Double(measured.agents)), seconds: measured.seconds.reduce(0, +),
      warmUpSeconds: measured.warmUpSeconds, repetitions: repetitions, device: device.description.name,
      driver: device.description.driver, commit: Version.commit, profile: measured.profile)
    result.gamesPerSecond = Spread(measured.seconds.map { Double(measured.games) / $0 })
    result.policies = configuration.runs.count
    return result
  }

  private func magnitude(_ rate: Double) -> String {
    rate >= 1e6
      ? "\((rate / 1e4).rounded() / 100) M" : rate >= 1e3 ? "\((rate / 10).rounded() / 100) k" : "\(rate.rounded())"
  }
}
