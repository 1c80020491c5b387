import Foundation
import Testing

/// The built `crossplay` binary, run as a user would.
struct CommandRun {
  let status: Int32
  let output: String
  let errors: String

  /// - Parameters:
  ///   - folder: The working directory.
  ///   - environment: Variables on top of those of the test.
  ///   - input: What the command reads from stdin; nil for the test's own.
  ///   - executable: The program; nil for the product.
  init(
    _ arguments: [String], in folder: URL, environment: [String: String] = [:], input: String? = nil,
    executable: URL? = nil
  ) throws {
    let process = Process()
    process.executableURL = try executable ?? Self.executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    if let input {
      // A few lines, which the pipe holds whether they are read or not.
      let pipe = Pipe()
      process.standardInput = pipe
      try pipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
      try pipe.fileHandleForWriting.close()
    }
    try process.run()
    // Both pipes are drained while the process runs, so that neither fills up.
    let drained = DispatchQueue(label: "stderr")
    nonisolated(unsafe) var errorData = Data()
    let group = DispatchGroup()
    drained.async(group: group) { errorData = errors.fileHandleForReading.readDataToEndOfFile() }
    let outputData = output.fileHandleForReading.readDataToEndOfFile()
    group.wait()
    process.waitUntilExit()
    status = process.terminationStatus
    self.output = String(decoding: outputData, as: UTF8.self)
    self.errors = String(decoding: errorData, as: UTF8.self)
  }

  /// The product lies beside the test bundle.
  static var executable: URL {
    get throws {
      let folders = [Bundle.main.bundleURL, URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()]
      let candidates = folders.flatMap {
        [$0.appendingPathComponent("crossplay"), $0.deletingLastPathComponent().appendingPathComponent("crossplay")]
      }
      return try #require(candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) })
    }
  }

  /// The lines of stdout as JSON objects.
  func objects() throws -> [[String: Any]] {
    try output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }
}

/// A training that takes about a second: 4 runs of tiny Hanabi, 8 updates, a checkpoint every 4.
let smallConfiguration = """
  name: small
  environment: {name: hanabi, preset: tiny, players: 2}
  seeds: 2
  sweep: {entropy_coefficient: [0.01, 0.1]}
  environments: 8
  rollout_length: 16
  total_env_steps: 1024
  epochs: 2
  minibatches: 2
  network: {trunk: [16], actor: [16], critic: [16]}
  checkpoint_interval: 512
  evaluation: {games: 16}

  """
