import Configuration
import Environments
import Files
import Foundation
import Policies
import Runs
import TabularDecPOMDP
import Training

/// A reader of files that come from elsewhere, fed with any bytes: it takes them or throws, and never crashes, hangs or
/// takes more memory than the file is worth.
public enum FuzzTarget: String, CaseIterable, Sendable {
  /// A configuration in YAML, with its game.
  case configuration
  /// A problem in the format of the MADP toolbox.
  case dpomdp
  case safetensors
  /// Recorded games.
  case trace
  /// `state.json` of a checkpoint.
  case state
  /// `metrics.jsonl`.
  case metrics
  /// `evaluation.json`, `summary.json` and `matrix.json` with a zero byte between them.
  case evaluation
  /// An exported policy.
  case policy

  /// Whether the reader takes the bytes.
  public func takes(_ bytes: Data) -> Bool {
    do {
      try read(bytes)
      return true
    } catch {
      // Errors are for people: making the sentence is part of it.
      return "\(error)".isEmpty
    }
  }

  private func read(_ bytes: Data) throws {
    switch self {
    case .configuration: try Self.readConfiguration(String(decoding: bytes, as: UTF8.self))
    case .dpomdp:
      // Little memory, so that large tables are refused and not filled.
      _ = try DPOMDPFile.parse(
        String(decoding: bytes, as: UTF8.self), file: "fuzz.dpomdp", name: "fuzz", memory: 1 << 20)
    case .safetensors:
      let file = try SafetensorsFile(Self.file("fuzz.safetensors", bytes))
      for (name, entry) in file.entries {
        switch entry.type {
        case .float64: _ = try file.read(name, as: Double.self)
        case .float32: _ = try file.read(name, as: Float.self)
        case .uint32: _ = try file.read(name, as: UInt32.self)
        default: break
        }
      }
      _ = try file.contentHash()
    case .trace: _ = try TraceReplay.games(in: TraceContents(file: "fuzz.json", data: bytes))
    case .state: try Self.readState(bytes)
    case .metrics:
      let file = try Self.file("metrics.jsonl", bytes)
      let kept = try KeptLines(of: file.path, after: { $0 % 3 == 0 ? 4 : 2 })
      _ = kept.ranges
      _ = MetricsSurvey.text(kept.survey.gaps(upTo: [0: 9]))
      _ = try MetricsReader(file.path, keys: RunMetrics.quantityKeys + ["outcomes.perfect"]).read { _ in }
      if let byte = kept.foreignByte { throw Refusal(reason: "the line at byte \(byte) is none of metrics") }
    case .evaluation:
      let names = ["evaluation.json", "summary.json", "matrix.json"]
      let parts = bytes.split(separator: 0, maxSplits: names.count - 1, omittingEmptySubsequences: false)
      for (index, name) in names.enumerated() {
        _ = try Self.file(name, index < parts.count ? Data(parts[index]) : Data())
      }
      _ = try RecordedEvaluation(Self.folder)
    case .policy: _ = try PolicyFile.read(Self.file("policy.safetensors", bytes))
    }
  }

  private struct Refusal: Error { let reason: String }

  private static func readConfiguration(_ text: String) throws {
    let configuration = try TrainingConfiguration(yaml: text, file: "fuzz.yaml")
    let environment = try configuration.makeEnvironment()
    try configuration.validate(for: environment)
    _ = try configuration.network.architecture(for: environment)
    // What is taken is written so that it is read as the same.
    let written = try configuration.yaml()
    let again = try TrainingConfiguration(yaml: written, file: "fuzz.yaml")
    precondition(again == configuration, "read back: \(written)")
  }

  /// The file as the last checkpoint of a training.
  private static func readState(_ bytes: Data) throws {
    let checkpoint = "checkpoints/000004"
    _ = try file("config.yaml", Data("environment: {name: levers}\n".utf8))
    _ = try file("\(checkpoint)/state.safetensors", Data())
    _ = try file("\(checkpoint)/state.json", bytes)
    _ = try TrainingFolder(folder)
  }

  /// Of this process.
  private static let folder: URL = {
    let memory = URL(fileURLWithPath: "/dev/shm")
    let base = FileManager.default.isWritableFile(atPath: memory.path) ? memory : FileManager.default.temporaryDirectory
    return base.appendingPathComponent("crossplay-fuzz-\(getpid())")
  }()

  private static func file(_ name: String, _ bytes: Data) throws -> URL {
    let place = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: place)
    return place
  }

  /// Removes what readers of files were given.
  public static func removeFiles() { try? FileManager.default.removeItem(at: folder) }
}
