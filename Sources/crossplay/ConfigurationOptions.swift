import ArgumentParser
import Configuration
import Environments
import Runs
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
  /// One run on an environment that a command names instead of a file, with `--set` applied.
  static func ofEnvironment(_ name: String, command: String, overrides: [String]) throws -> TrainingConfiguration {
    guard EnvironmentRegistry.names.contains(name) else {
      throw UsageError("there is no environment \(name); choose \(EnvironmentRegistry.names.joined(separator: ", "))")
    }
    return try TrainingConfiguration(
      yaml: "environment: {name: \(name)}\nseeds: 1\n", file: command, overrides: overrides
    ).checked()
  }

  /// The checks that need the environment; errors of the environment get the place of their key.
  func checked() throws -> TrainingConfiguration {
    do {
      let environment = try makeEnvironment()
      for remark in environment.remarks { Console.log.warning("\(remark)") }
      try validate(for: environment)
      _ = try otherPlaySymmetries(of: environment)
    } catch let invalid as EnvironmentParameters.Invalid {
      throw located(invalid)
    }
    return self
  }
}

extension TrainedRuns {
  /// The place of a run by its number, or of the first.
  func position(ofRun number: Int?, in folder: String) throws -> Int {
    guard let position = number == nil ? runs.indices.first : runs.firstIndex(where: { $0.index == number }) else {
      let numbers = runs.map(\.index)
      throw UsageError(
        "there is no run \(number ?? 0) in \(folder); it holds runs \(numbers.min() ?? 0) to \(numbers.max() ?? 0)")
    }
    return position
  }
}
