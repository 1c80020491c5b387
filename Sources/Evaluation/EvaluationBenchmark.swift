import Configuration
import Environments
import Networks
import Training
import VulkanCompute

/// Games per second of cross-play between untrained policies: every run of a configuration with every run, one in the first
/// seat, the other in all the other seats.
public struct EvaluationBenchmark: Sendable {
  /// Games of one repetition.
  public let games: Int
  /// Env steps of one repetition.
  public let envSteps: Int
  /// Seconds of every repetition, in order.
  public let seconds: [Double]
  /// Seconds before the first repetition: memory, kernels and one repetition.
  public let warmUpSeconds: Double
  public let agents: Int
  /// Environments of all teams that play at the same time.
  public let environments: Int
  /// Where one submission spends its time; nil unless asked for.
  public let profile: Profile?

  /// - Parameter configuration: Its runs are the policies, its `evaluation` says how many games and which modes.
  public static func run(
    configuration: TrainingConfiguration, device: Device, repetitions: Int = 5, profiled: Bool = false
  ) throws -> EvaluationBenchmark {
    let clock = ContinuousClock()
    let start = clock.now
    let environment = try configuration.makeEnvironment()
    let architecture = try configuration.network.architecture(for: environment)
    let (layout, runs) = (ParameterLayout(architecture), configuration.runs)
    let parameters = OrthogonalInitializer.parameters(layout, seeds: runs.map(\.seed))
    let evaluator = try CrossPlayEvaluator(
      environment: environment,
      rosters: [
        Roster(
          architecture,
          runs.enumerated().map { place, run in
            EvaluationPolicy(
              name: run.name, parameters: Array(parameters[place * layout.count..<(place + 1) * layout.count]))
          })
      ], settings: configuration.evaluation, device: device)
    let teams = runs.indices.flatMap { first in
      runs.indices.map { [first] + Array(repeating: $0, count: environment.agentCount - 1) }
    }
    let modes = configuration.evaluation.modes
    func repetition() throws -> [CellResult] { try modes.flatMap { try evaluator.evaluate(cells: teams, mode: $0) } }
    let results = try repetition()
    let warmUp = (clock.now - start).inSeconds
    let seconds = try (0..<repetitions).map { _ in
      let begun = clock.now
      _ = try repetition()
      return (clock.now - begun).inSeconds
    }
    return EvaluationBenchmark(
      games: results.reduce(0) { $0 + $1.cell.games }, envSteps: results.reduce(0) { $0 + $1.envSteps },
      seconds: seconds, warmUpSeconds: warmUp, agents: environment.agentCount,
      environments: min(evaluator.cellsPerBatch, teams.count) * min(configuration.evaluation.games, 64),
      profile: try profiled ? evaluator.profile(cells: teams, mode: modes[0]) : nil)
  }
}
