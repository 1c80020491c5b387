import ArgumentParser
import Foundation
import Policies
import Runs
import VulkanCompute

extension PolicyExport.Format: ExpressibleByArgument {}

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes trained policies for use elsewhere: weights, description, and examples to check against.")

  @Argument(help: ArgumentHelp("Folder of a training, or of exported policies.", valueName: "folder"))
  var folder: String

  @Option(help: "File format of the weights: safetensors or onnx (default: safetensors).")
  var format = PolicyExport.Format.safetensors

  @Option(name: .customLong("run"), help: "Number of the run to export (default: all).")
  var runNumber: Int?

  @Option(help: ArgumentHelp("Where to write (default: <folder>/policies).", valueName: "folder"))
  var output: String?

  @Flag(help: "Print one JSON object per policy.")
  var json = false

  @OptionGroup var deviceOptions: DeviceOptions

  private struct Result: Encodable {
    let run: Int
    let name: String
    let folder: String
    let weightHash: String
  }

  func run() throws {
    let source = URL(fileURLWithPath: folder)
    let trained = try TrainedRuns(source)
    let positions =
      try runNumber == nil ? Array(trained.runs.indices) : [trained.position(ofRun: runNumber, in: folder)]
    let target = output.map { URL(fileURLWithPath: $0) } ?? source.appendingPathComponent(PolicyExport.folderName)
    let device = try deviceOptions.open()
    for position in positions {
      let policy = try trained.policy(position)
      let examples = try PolicyExamples.record(
        environment: trained.environment, architecture: trained.architecture, parameters: trained.parameters[position],
        device: device)
      let place = target.appendingPathComponent(trained.runs[position].name)
      try PolicyExport.write(policy, format: format, examples: examples, to: place)
      let result = Result(
        run: trained.runs[position].index, name: trained.runs[position].name, folder: place.path,
        weightHash: policy.weightHash)
      if json {
        try Console.printJSON(result)
      } else {
        try Console.print("\(place.relativePath)  \(result.weightHash)")
      }
    }
    try deviceOptions.finish(device)
  }
}
