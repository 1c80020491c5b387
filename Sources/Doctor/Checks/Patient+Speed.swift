import Configuration
import Environments
import Training
import VulkanCompute

extension Patient {
  /// Hanabi alone.
  func gameSpeed() throws -> Outcome {
    let configuration = try SmallTraining.configuration(["environment={name: hanabi}"])
    let environments = description.kind == .cpu ? 1024 : 16_384
    let measured = try EnvironmentBenchmark.run(
      environment: configuration.makeEnvironment(),
      configuration: EnvironmentBenchmark.Configuration(environments: environments, submissions: 2, repetitions: 3),
      device: open())
    return speed(measured.envStepsPerSecond, "in \(environments) games of full Hanabi at once, without a network")
  }

  /// A network of the usual size on few environments.
  func trainingSpeed() throws -> Outcome {
    let scale = description.kind == .cpu ? 1 : 16
    let configuration = try SmallTraining.configuration(
      ["environment={name: hanabi}", "environments=\(64 * scale)", "rollout_length=16"]
        + ["total_env_steps=\(64 * scale * 16 * 4)", "minibatches=4"]
        + ["network={trunk: [128], actor: [128], critic: [128], activation: relu}"])
    let measured = try TrainingBenchmark.run(.train, configuration: configuration, device: open(), repetitions: 3)
    return speed(
      Spread(measured.seconds.map { Double(measured.envSteps) / $0 }),
      "in training on \(64 * scale) games of full Hanabi, layers of 128")
  }

  private func speed(_ rates: Spread, _ what: String) -> Outcome {
    Outcome(
      isHealthy: rates.min > 0, sentence: "\(Int(rates.median.rounded())) env steps/s \(what)",
      numbers: [
        "env_steps_per_second": rates.median, "env_steps_per_second_min": rates.min,
        "env_steps_per_second_max": rates.max,
      ])
  }
}
