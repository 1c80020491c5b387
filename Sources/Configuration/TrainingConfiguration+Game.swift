import Environments
import Networks

extension TrainingConfiguration {
  /// The environment that the configuration names, with its parameters checked.
  public func makeEnvironment() throws -> any Environment {
    try EnvironmentRegistry.make(name: environment.name, parameters: environment.parameters)
  }
}

extension NetworkSettings {
  /// The network for one environment's observations and actions.
  public func architecture(for environment: any EnvironmentObservation) throws -> NetworkArchitecture {
    try NetworkArchitecture(
      inputs: environment.observationFeatureCount, actions: environment.actionCount, trunk: trunk, gru: gru,
      actor: actor, critic: critic, activation: activation, layerNorm: layerNorm)
  }
}

extension TrainingConfiguration {
  /// The symmetries that `other_play` names; nil without Other-Play.
  ///
  /// - Throws: `ConfigurationError` for names that the game does not know.
  public func otherPlaySymmetries(of environment: any EnvironmentObservation) throws -> SymmetryFamily? {
    do {
      return try environment.symmetries(named: otherPlay)
    } catch let invalid as EnvironmentParameters.Invalid {
      throw error("other_play", "other_play = [\(otherPlay.joined(separator: ", "))]; \(invalid.description)")
    }
  }
}
