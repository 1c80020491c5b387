import Configuration
import Training
import VulkanCompute

@testable import Evaluation

/// Trains all runs of a small configuration to the end and lets them play with its evaluation settings.
func trainAndEvaluate(_ configuration: TrainingConfiguration, device: Device) throws -> CrossPlayEvaluation {
  let trainer = try Trainer(configuration: configuration, runs: configuration.runs, device: device)
  while !trainer.isFinished { _ = try trainer.submitUpdate() }
  _ = try trainer.finishUpdate()
  let runs = configuration.runs.map { EvaluatedRun($0) }
  let policies = try runs.indices.map {
    EvaluationPolicy(name: runs[$0].name, parameters: try trainer.parameters(run: $0))
  }
  return try CrossPlayEvaluation(
    runs: runs, rosters: [Roster(trainer.architecture, policies)], environment: trainer.environment,
    settings: configuration.evaluation, device: device)
}
