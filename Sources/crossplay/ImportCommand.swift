import ArgumentParser
import Configuration
import Files
import Foundation
import Policies
import VulkanCompute

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Makes a folder like those of export from weights that another program trained.",
    discussion: """
      evaluate, watch and export take the folder like one of a training. Arrays have names in the file; --mapping says \
      which belongs where: jaxmarl, or a file (docs/export.md). --examples compares what the policy computes with what \
      the other program computed.
      """)

  @Argument(help: ArgumentHelp("The weights, .safetensors or .npz.", valueName: "weights"))
  var weights: String

  @Option(name: .customLong("environment"), help: "Name of the game; --set environment.KEY=VALUE for its parameters.")
  var environmentName: String

  @Option(
    help: ArgumentHelp(
      "The layers, as in a configuration: '{trunk: [512], actor: [512], critic: [512], activation: relu}'.",
      valueName: "network"))
  var network: String

  @Option(help: ArgumentHelp("Whose names the arrays have: jaxmarl, or a file in YAML.", valueName: "jaxmarl|file"))
  var mapping = "jaxmarl"

  @Option(
    help: ArgumentHelp("Observations with the logits that belong to them, .safetensors or .npz.", valueName: "file"))
  var examples: String?

  @Option(help: ArgumentHelp("Where to write.", valueName: "folder"))
  var output: String

  @OptionGroup var overrides: OverrideOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var deviceOptions: DeviceOptions

  private struct Result: Encodable {
    let folder: String
    let weightHash: String
    /// Rows of the given examples, and the largest difference of every array in units of 1 + |expected|.
    var exampleRows: Int?
    var differences: [String: Double]?
  }

  func run() throws {
    let configuration = try TrainingConfiguration.ofEnvironment(
      environmentName, command: "import", overrides: ["network=\(network)"] + overrides.overrides)
    guard configuration.runs.count == 1 else {
      throw UsageError("the weights are those of one run; give one seed and no sweep")
    }
    let environment = try configuration.makeEnvironment()
    let architecture = try configuration.network.architecture(for: environment)
    let target = URL(fileURLWithPath: output)
    guard try PolicyExport.policies(in: target).isEmpty else {
      throw UsageError("--output \(output) holds a policy already; choose another folder, or remove it first")
    }
    let source = URL(fileURLWithPath: weights)
    let read = try PolicyImport.parameters(
      of: architecture, from: ArrayFile(source),
      mapping: mapping == "jaxmarl"
        ? WeightMapping(jaxMARL: architecture) : WeightMapping(contentsOf: URL(fileURLWithPath: mapping)))
    if !read.unused.isEmpty {
      Console.log.warning("\(weights) also holds \(read.unused.joined(separator: ", ")), which the mapping leaves out")
    }
    let policy = try PolicyImport.policy(
      PolicyDescription(
        environment, architecture: architecture, run: configuration.runs[0], update: 0, envSteps: 0,
        importedFrom: source.lastPathComponent),
      parameters: read.parameters, from: source)
    let agreement = try examples.map { try ImportExamples(URL(fileURLWithPath: $0)).check(policy) }
    if agreement == nil {
      Console.log.warning(
        "names and shapes alone were checked; give --examples to compare what the policy computes with what it should")
    }
    let device = try deviceOptions.open()
    let recorded = try PolicyExamples.record(
      environment: environment, architecture: architecture, parameters: policy.packed, device: device)
    try PolicyExport.write(policy, examples: recorded, to: target)
    try deviceOptions.finish(device)
    let result = Result(
      folder: target.path, weightHash: policy.weightHash, exampleRows: agreement?.rows,
      differences: agreement.map { Dictionary(uniqueKeysWithValues: $0.differences.map { ($0.name, $0.difference) }) })
    if json { return try Console.printJSON(result) }
    print("\(target.relativePath)  \(policy.weightHash)")
    if let agreement {
      let differences = agreement.differences.map { "\($0.name) \(String(format: "%.2g", $0.difference))" }
      print("\(agreement.rows) examples agree (largest difference: \(differences.joined(separator: ", ")))")
    }
  }
}
