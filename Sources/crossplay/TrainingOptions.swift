import ArgumentParser
import Configuration
import Training

/// What to train, on which device, and in which folder.
struct TrainingOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("The configuration, in YAML.", valueName: "config.yaml"))
  var path: String

  @OptionGroup var overrides: OverrideOptions
  @OptionGroup var deviceOptions: DeviceOptions

  @Option(help: ArgumentHelp("Folder of the results (default: runs/<name of the configuration>).", valueName: "folder"))
  var output: String?

  @Flag(help: "Continue from the last checkpoint in the folder.")
  var resume = false

  @Flag(
    help: ArgumentHelp(
      "With --resume: train on to a larger total_env_steps.",
      discussion: "Learning rates that fall to 0 then do so over the whole length."))
  var extend = false

  func validate() throws {
    guard resume || !extend else { throw ValidationError("--extend is for --resume; give both") }
  }

  func configuration() throws -> TrainingConfiguration {
    try TrainingConfiguration(contentsOf: path, overrides: overrides.overrides).checked()
  }

  func folder(of configuration: TrainingConfiguration) -> String { output ?? "runs/\(configuration.name)" }
}
