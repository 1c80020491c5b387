import Configuration
import Evaluation
import Files
import Foundation
import Training

/// `evaluation.json`: what it takes to get the same tables again.
public struct EvaluationRecord: Codable, Equatable, Sendable {
  /// One training whose policies took part.
  public struct Training: Codable, Equatable, Sendable {
    /// How names of runs begin; nil for a single training.
    public let label: String?
    public let configuration: String
    public let update: Int
    public let envSteps: Int
    public let runs: Int
    /// Of the parameters of all its runs.
    public let weightHash: String
  }

  /// Name of the training; the labels of all where there are several.
  public let configuration: String
  /// Finished updates, and env steps per run, of the policies that played; of several trainings the fewest.
  public let update: Int
  public let envSteps: Int
  public let trainings: [Training]
  /// Games per entry of the matrix.
  public let games: Int
  public let seed: UInt64
  public let modes: [String]
  public let tieTolerance: Double
  public let bootstrapSamples: Int
  public let maxTuples: Int
  public let acrossConfigurations: Bool
  /// Whether policies were compared with themselves on symmetric images of their games.
  public let symmetry: Bool
  /// Where the games were played.
  public private(set) var device: String
  /// Version and commit of the program that played; nil in evaluations of versions that did not say so.
  public private(set) var program: String?

  public init(_ joined: JoinedTrainings, settings: EvaluationSettings, device: String) {
    var trainings = zip(joined.trainings, joined.labels).map { training, label in
      let hash = StreamingHash()
      for parameters in training.parameters { parameters.withUnsafeBytes { hash.update($0) } }
      return Training(
        label: label, configuration: training.name, update: training.update, envSteps: training.envSteps,
        runs: training.runs.count,
        weightHash: hash.digits)
    }
    trainings += joined.partners.map { name, policy in
      Training(
        label: name, configuration: policy.url.lastPathComponent, update: 0, envSteps: 0, runs: 1,
        weightHash: policy.contentHash)
    }
    configuration = trainings.map { $0.label ?? $0.configuration }.joined(separator: ", ")
    self.trainings = trainings
    update = joined.trainings.map(\.update).min() ?? 0
    envSteps = joined.envSteps
    games = settings.games
    seed = settings.seed
    modes = settings.modes.map(\.description)
    tieTolerance = settings.tieTolerance
    bootstrapSamples = settings.bootstrapSamples
    maxTuples = settings.maxTuples
    acrossConfigurations = settings.acrossConfigurations
    symmetry = settings.symmetry
    self.device = device
    program = Version.identity
  }

  /// Whether `other` gives the same tables: everything but device and program is the same.
  func isRepeated(by other: EvaluationRecord) -> Bool {
    var moved = self
    (moved.device, moved.program) = (other.device, other.program)
    return moved == other
  }

  func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return try encoder.encode(self)
  }

  /// The record of the evaluation in a folder; nil where there is none that this version can read.
  static func read(in folder: URL) -> EvaluationRecord? {
    let data = FileManager.default.contents(atPath: folder.appendingPathComponent(name).path)
    return data.flatMap { try? EvaluationRecord(json: $0) }
  }

  init(json: Data) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(EvaluationRecord.self, from: json)
  }

  static let name = "evaluation.json"
}
