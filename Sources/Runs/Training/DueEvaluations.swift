import Configuration
import Evaluation
import Foundation
import VulkanCompute

/// The evaluations that a training makes of itself, every `evaluation.interval` env steps: which are due, and how one is made
/// from the checkpoints of its update, which stay.
struct DueEvaluations {
  let configuration: TrainingConfiguration
  let folder: URL

  private var series: EvaluationSeries { EvaluationSeries(ofTraining: folder) }

  /// Updates that are evaluated, of which all waves have a checkpoint and for which there are no results yet; rising.
  func updates(of waves: [TrainingWave]) throws -> [Int] {
    guard configuration.updatesPerEvaluation != nil else { return [] }
    let saved = try waves.map { Set(try $0.savedUpdates()) }
    guard let first = saved.first else { return [] }
    let done = Set(try series.updates())
    return saved.dropFirst().reduce(first) { $0.intersection($1) }
      .filter { configuration.isEvaluated(after: $0) && !done.contains($0) }.sorted()
  }

  /// Plays the policies of one update.
  func evaluate(
    _ update: Int, on device: Device, progress: @escaping (String, EvaluationProgress) -> Void,
    isStopping: @escaping () -> Bool
  ) throws -> EvaluationSession.Result {
    let joined = try JoinedTrainings([folder], update: update)
    return try EvaluationSession(
      joined, settings: configuration.evaluation, device: device, output: .series(series, update: update)
    ).run(progress: progress, isStopping: isStopping)
  }
}
