import Files
import Foundation

/// The checkpoints of one training: `checkpoints/000120/` holds `state.safetensors` and `state.json`.
///
/// A checkpoint is written beside its place and renamed into it, so a folder with a number for a name is complete. Its
/// `state.json` holds the hash of the tensors and that of its own text.
/// One process writes to a folder at a time.
public struct CheckpointFolder: Sendable {
  static let stateName = "state.safetensors"
  static let descriptionName = "state.json"
  private static let writingPrefix = ".writing-"
  private static let removingPrefix = ".removing-"

  public let url: URL

  public init(_ url: URL) { self.url = url }

  /// Writes the state after `update` updates; nothing is left behind if that fails.
  /// - Parameter description: what else is needed to continue: configuration, environment and its version, counters.
  public func write(update: Int, tensors: [Tensor], description: some Codable & Sendable) throws {
    let place = url.appendingPathComponent(Self.name(update))
    guard !isComplete(place) else { throw FileFailure(place.path, "exists already; checkpoints are never overwritten") }
    let files = FileManager.default
    let temporary = url.appendingPathComponent(Self.writingPrefix + Self.name(update))
    try Folder.make(url)
    try removeIfPresent(temporary)
    do {
      try files.createDirectory(at: temporary, withIntermediateDirectories: false)
      let hash = try SafetensorsWriter.write(tensors, to: temporary.appendingPathComponent(Self.stateName))
      let document = CheckpointDocument(update: update, stateHash: hash, description: description)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      let text = SealedJSON.seal(try encoder.encode(document))
      try AtomicFile.write(text, to: temporary.appendingPathComponent(Self.descriptionName))
      try removeIfPresent(place)
      guard rename(temporary.path, place.path) == 0 else { throw FileFailure.systemCall(place.path, "renaming to it") }
    } catch {
      try? files.removeItem(at: temporary)
      throw error
    }
    try AtomicFile.synchronizeFolder(url)
  }

  /// The update numbers of the complete checkpoints, rising.
  public func updates() throws -> [Int] {
    guard FileManager.default.fileExists(atPath: url.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: url.path)
      .compactMap { Int($0) }.filter { isComplete(url.appendingPathComponent(Self.name($0))) }.sorted()
  }

  /// The complete checkpoint of an update, checked against its hash; nil if there is none, an error if it is damaged.
  public func checkpoint(ofUpdate update: Int) throws -> Checkpoint? {
    let place = url.appendingPathComponent(Self.name(update))
    return isComplete(place) ? try Checkpoint(place) : nil
  }

  /// The latest complete checkpoint, checked against its hash; nil if there is none, an error if it is damaged.
  public func latest() throws -> Checkpoint? {
    try readLatest { try Checkpoint($0) }
  }

  /// What the latest complete checkpoint says of itself, without a look at its tensors; nil if there is none.
  public func latestRecord<Description: Codable & Sendable>() throws -> CheckpointRecord<Description>? {
    try readLatest { place in
      let document = try Checkpoint.document(Checkpoint.text(in: place), of: place, as: Description.self)
      return CheckpointRecord(
        url: place, update: document.update, stateHash: document.stateHash, description: document.description)
    }
  }

  /// Reads the latest checkpoint; where a training has replaced it by a later one meanwhile, that one.
  private func readLatest<Result>(_ read: (URL) throws -> Result) throws -> Result? {
    var latest = try updates().last
    while let update = latest {
      do {
        return try read(url.appendingPathComponent(Self.name(update)))
      } catch {
        latest = try updates().last
        guard let latest, latest > update else { throw error }
      }
    }
    return nil
  }

  /// Removes all but the last `count` complete checkpoints and those that are to stay, and what interrupted writers left.
  public func prune(keeping count: Int, and stays: (_ update: Int) -> Bool = { _ in false }) throws {
    precondition(count >= 1)
    let files = FileManager.default
    for update in try updates().dropLast(count) where !stays(update) {
      let hidden = url.appendingPathComponent(Self.removingPrefix + Self.name(update))
      try removeIfPresent(hidden)
      try files.moveItem(at: url.appendingPathComponent(Self.name(update)), to: hidden)
    }
    try removeRemains()
  }

  /// Removes what interrupted writers left.
  public func removeRemains() throws {
    guard FileManager.default.fileExists(atPath: url.path) else { return }
    for name in try FileManager.default.contentsOfDirectory(atPath: url.path)
    where name.hasPrefix(Self.removingPrefix) || name.hasPrefix(Self.writingPrefix) {
      try FileManager.default.removeItem(at: url.appendingPathComponent(name))
    }
  }

  /// `000120`
  static func name(_ update: Int) -> String {
    let digits = String(update)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }

  private func isComplete(_ folder: URL) -> Bool {
    [Self.stateName, Self.descriptionName].allSatisfy {
      FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path)
    }
  }

  private func removeIfPresent(_ folder: URL) throws {
    if FileManager.default.fileExists(atPath: folder.path) { try FileManager.default.removeItem(at: folder) }
  }
}

/// A complete checkpoint on disk.
public struct Checkpoint {
  public let url: URL
  /// Finished updates.
  public let update: Int
  public let state: SafetensorsFile
  /// Of its description, so that all of it is readable even after the checkpoint was removed.
  private let text: Data

  /// Opens a checkpoint and compares its tensors with the hash that was written with them.
  public init(_ url: URL) throws {
    self.url = url
    text = try Self.text(in: url)
    let document = try Self.document(text, of: url, as: Ignored.self)
    update = document.update
    state = try SafetensorsFile(url.appendingPathComponent(CheckpointFolder.stateName))
    guard try state.contentHash() == document.stateHash else {
      throw FileFailure(
        state.path,
        "is damaged: its content hash is not the one in \(CheckpointFolder.descriptionName); "
          + "remove the folder \(url.lastPathComponent) to continue from the checkpoint before it")
    }
  }

  /// What was written beside the tensors.
  public func description<Description: Codable & Sendable>(as: Description.Type = Description.self) throws
    -> Description
  {
    try Self.document(text, of: url, as: Description.self).description
  }

  private struct Ignored: Codable {
    init(from decoder: any Decoder) throws {}
    func encode(to encoder: any Encoder) throws {}
  }

  fileprivate static func text(in url: URL) throws -> Data {
    let file = url.appendingPathComponent(CheckpointFolder.descriptionName)
    guard let data = FileManager.default.contents(atPath: file.path) else {
      throw FileFailure(file.path, "cannot be read")
    }
    return data
  }

  fileprivate static func document<Description: Codable & Sendable>(
    _ data: Data, of url: URL, as: Description.Type
  ) throws -> CheckpointDocument<Description> {
    let file = url.appendingPathComponent(CheckpointFolder.descriptionName)
    let seal = SealedJSON.isWhole(data)
    func damaged(_ what: String) -> FileFailure {
      FileFailure(
        file.path,
        "is damaged: \(what); remove the folder \(url.lastPathComponent) to continue from the checkpoint before it")
    }
    if seal == false { throw damaged("its text is not the one that was written") }
    do {
      let document = try JSONDecoder().decode(CheckpointDocument<Description>.self, from: data)
      guard seal != nil || document.format == 1 else { throw damaged("it has no document_hash") }
      guard document.update == Int(url.lastPathComponent), document.update <= UInt32.max else {
        throw damaged("it is of update \(document.update)")
      }
      return document
    } catch let failure as FileFailure {
      throw failure
    } catch {
      throw FileFailure(file.path, "is not a checkpoint's description: \(DecodingProblem.text(error))")
    }
  }
}

/// What a checkpoint says of itself.
public struct CheckpointRecord<Description: Sendable>: Sendable {
  public let url: URL
  /// Finished updates.
  public let update: Int
  /// Content hash of the tensors as they were written.
  public let stateHash: String
  public let description: Description
}

/// The content of `state.json`.
private struct CheckpointDocument<Description: Codable & Sendable>: Codable {
  /// Format 1 had no hash of its own text.
  static var currentFormat: Int { 2 }

  let format: Int
  let documentHash: String?
  let update: Int
  let stateHash: String
  let description: Description

  enum CodingKeys: String, CodingKey {
    case format, update, description
    case stateHash = "state_hash"
    case documentHash = "document_hash"
  }

  init(update: Int, stateHash: String, description: Description) {
    format = Self.currentFormat
    documentHash = SealedJSON.zeros
    self.update = update
    self.stateHash = stateHash
    self.description = description
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    format = try container.decode(Int.self, forKey: .format)
    guard (1...Self.currentFormat).contains(format) else {
      throw DecodingError.dataCorruptedError(
        forKey: .format, in: container,
        debugDescription: "format \(format) was written by another version; this one reads 1 to \(Self.currentFormat)")
    }
    documentHash = try container.decodeIfPresent(String.self, forKey: .documentHash)
    update = try container.decode(Int.self, forKey: .update)
    stateHash = try container.decode(String.self, forKey: .stateHash)
    description = try container.decode(Description.self, forKey: .description)
  }
}
