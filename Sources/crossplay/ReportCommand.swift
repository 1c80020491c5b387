import ArgumentParser
import Foundation
import Reports
import Runs

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes figures, tables and one self-contained page from what train and evaluate wrote; needs no device.")

  @Argument(
    help: ArgumentHelp("Folder of a training; several trainings or shards stand side by side.", valueName: "folder"))
  var folders: [String]

  @Option(
    help: ArgumentHelp(
      "Where evaluate wrote (default: evaluation/ in the folder of a single training).", valueName: "folder"))
  var evaluation: String?

  @Option(
    help: ArgumentHelp("Where to write (default: report/ in the folder of a single training).", valueName: "folder"))
  var output: String?

  @Flag(help: "Also write event files for TensorBoard, one per run, into tensorboard/ in every training's folder.")
  var tensorboard = false

  @Flag(help: "Print what report.json holds, as one JSON object.")
  var json = false

  func run() throws {
    let urls = folders.map { URL(fileURLWithPath: $0) }
    let evaluationFolder = evaluation.map { URL(fileURLWithPath: $0) }
    if let evaluationFolder, !FileManager.default.fileExists(atPath: evaluationFolder.path) {
      throw UsageError(
        "--evaluation \(evaluationFolder.relativePath): there is no such folder; name the one that evaluate wrote")
    }
    let contents = try ReportContents(
      folders: urls, evaluation: evaluationFolder,
      program: .init(
        version: Version.text, commit: Version.commit,
        command: (["crossplay"] + CommandLine.arguments.dropFirst()).joined(separator: " "), date: Date()))
    guard output != nil || contents.trainings.count == 1 else {
      throw UsageError(
        "\(folders.joined(separator: ", ")) are different trainings; say with --output where the report goes")
    }
    for remark in contents.remarks { Console.log.warning("\(remark)") }
    let target = output.map { URL(fileURLWithPath: $0) } ?? urls[0].appendingPathComponent(ReportFolder.name)
    let record = try ReportFolder.write(contents, to: target)
    if tensorboard { for url in urls { _ = try TensorBoardFolder(of: url) } }
    if json {
      try Console.printJSON(record)
    } else {
      try Console.print(
        "\(target.appendingPathComponent("report.html").relativePath) and \(record.files.count - 1) more files")
    }
  }
}
