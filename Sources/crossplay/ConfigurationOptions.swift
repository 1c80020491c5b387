import ArgumentParser
import Environments
import Training

struct OverrideOptions: ParsableArguments {
  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Sets a key of the configuration, for example entropy_coefficient=0.05.", valueName: "key=value")
  )
  var overrides: [String] = []
}

/// An option that cannot be used, in one sentence.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

extension TrainingConfiguration {
  /// The checks that need the environment; its own complaints get the place of their key.
  func checked() throws -> TrainingConfiguration {
    do {
      try validate(agentCount: makeEnvironment().agentCount)
    } catch let invalid as EnvironmentParameters.Invalid {
      throw located(invalid)
    }
    return self
  }
}
