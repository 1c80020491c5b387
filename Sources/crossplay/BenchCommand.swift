import ArgumentParser
import Checkpoints
import Environments
import Foundation
import Training
import VulkanCompute

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measures env steps per second: median, least and most of several repetitions.")

  enum Kind: String, ExpressibleByArgument, CaseIterable {
    /// Environments alone: observations and masks of all seats, random legal actions, auto-reset.
    case environment
    /// Environments and the network's forward pass.
    case inference
    /// Whole updates.
    case train
  }

  @Argument(help: "What to measure.")
  var kind: Kind

  @Option(name: .customLong("environment"), help: "Name of the environment.")
  var environmentName: String

  @Option(help: "Timed repetitions after the warm-up.")
  var repetitions = 5

  @OptionGroup var overrides: OverrideOptions
  @OptionGroup var deviceOptions: DeviceOptions

  @Flag(help: "Also time every kernel and every step of the host, in a repetition of its own (inference and train).")
  var profile = false

  @Flag(help: "Print one JSON object with the result.")
  var json = false

  struct Result: Encodable {
    let kind: String
    let environment: String
    let runs: Int
    let environments: Int
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
    var hostSteps: Int?
    var profile: [TrainingBenchmark.ProfileLine]?
    var nanosecondsPerEnvStep: [String: Double]?
  }

  func validate() throws {
    guard (1...10_000).contains(repetitions) else { throw ValidationError("--repetitions is from 1 to 10000") }
    guard !profile || kind != .environment else {
      throw ValidationError("--profile is for inference and train; environment --json has the time of every kernel")
    }
  }

  func run() throws {
    let configuration = try TrainingConfiguration.ofEnvironment(
      environmentName, command: "bench", overrides: overrides.overrides)
    let device = try deviceOptions.open()
    let result =
      try kind == .environment ? environmentResult(configuration, device) : trainingResult(configuration, device)
    try deviceOptions.finish(device)
    if json { return try Console.printJSON(result) }
    let rate = result.envStepsPerSecond
    print(
      "\(kind.rawValue) \(environmentName): \(magnitude(rate.median)) env steps/s "
        + "(\(magnitude(rate.min)) to \(magnitude(rate.max)) in \(repetitions) repetitions), "
        + "\(result.runs) runs x \(result.environments) environments on \(result.device)")
    if let lines = result.profile { printProfile(lines) }
  }

  private func environmentResult(_ configuration: TrainingConfiguration, _ device: Device) throws -> Result {
    let measured = try EnvironmentBenchmark.run(
      environment: configuration.makeEnvironment(),
      configuration: EnvironmentBenchmark.Configuration(
        runs: configuration.runs.count, environments: configuration.environments, repetitions: repetitions),
      device: device)
    return Result(
      kind: kind.rawValue, environment: environmentName, runs: measured.runs, environments: measured.environments,
      envStepsPerSecond: measured.envStepsPerSecond, agentStepsPerSecond: measured.agentStepsPerSecond,
      seconds: measured.seconds, warmUpSeconds: measured.warmUpSeconds, repetitions: repetitions,
      device: measured.device, driver: measured.driver, commit: Version.commit,
      nanosecondsPerEnvStep: measured.nanosecondsPerEnvStep)
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
      hostSteps: measured.hostSteps,
      profile: profile ? measured.profile : nil)
  }

  private func printProfile(_ lines: [TrainingBenchmark.ProfileLine]) {
    let total = lines.reduce(0) { $0 + $1.seconds }
    for line in lines {
      let name = line.name.padding(toLength: 44, withPad: " ", startingAt: 0)
      print(
        String(
          format: "  %@ %9.2f ms %5.1f %% %7d calls %9.1f us each", name, line.seconds * 1e3,
          100 * line.seconds / total, line.calls, line.seconds / Double(line.calls) * 1e6))
    }
  }

  private func magnitude(_ rate: Double) -> String {
    rate >= 1e6
      ? "\((rate / 1e4).rounded() / 100) M" : rate >= 1e3 ? "\((rate / 10).rounded() / 100) k" : "\(rate.rounded())"
  }
}
