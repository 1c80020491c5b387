import Configuration
import Foundation
import Networks
import Training

/// Trained weights with which all runs of a training begin (`init_from`).
struct InitialWeights {
  /// (P) with padding.
  let parameters: [Float]
  /// What the user should know.
  let note: String

  /// Reads them; nil where the configuration does not ask for any.
  ///
  /// - Throws: `ConfigurationError` where there is no such run or its network is another one, what `TrainedRuns` throws.
  init?(_ configuration: TrainingConfiguration) throws {
    guard let text = configuration.initialWeights else { return nil }
    let place = PolicyPlace(text)
    func refuse(_ problem: String) -> ConfigurationError {
      configuration.error("init_from", "init_from = \(text); \(problem)")
    }
    let trained = try TrainedRuns.trainings(in: [URL(fileURLWithPath: place.folder)], update: place.update)[0]
    guard let position = trained.runs.firstIndex(where: { place.run == nil || $0.index == place.run }) else {
      let numbers = trained.runs.map(\.index)
      throw refuse("\(place.folder) holds runs \(numbers.min() ?? 0) to \(numbers.max() ?? 0)")
    }
    let own = try configuration.network.architecture(for: configuration.makeEnvironment())
    if let difference = Self.difference(trained.architecture, own) { throw refuse(difference) }
    parameters = trained.parameters[position]
    note =
      "all runs begin with the weights of \(trained.runs[position].name) in \(place.folder) after update \(trained.update)"
  }

  private static func difference(_ trained: NetworkArchitecture, _ own: NetworkArchitecture) -> String? {
    let parts: [(String, (NetworkArchitecture) -> String)] = [
      ("observation features", { "\($0.inputs)" }), ("actions", { "\($0.actions)" }), ("trunk", { "\($0.trunk)" }),
      ("gru", { $0.gru.map { "\($0)" } ?? "none" }), ("actor", { "\($0.actor)" }), ("critic", { "\($0.critic)" }),
      ("activation", { $0.activation.rawValue }),
    ]
    return parts.first { $0.1(trained) != $0.1(own) }.map { name, value in
      "its network has other \(name): \(value(trained)), here \(value(own)); both must be the same"
    }
  }
}
