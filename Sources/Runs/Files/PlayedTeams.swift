import Configuration
import Evaluation
import Files
import Foundation

/// Teams that an evaluation has played, kept on disk until its tables are written, so that one that was interrupted goes on
/// with the rest, and several processes play a share each.
///
/// `.played-HASH.jsonl`, or `.played-HASH-2-of-4.jsonl` of the second of four shares, holds one line per team, written when
/// its games are over; HASH is that of the evaluation's record, program and device included, so that tables never mix them.
/// A line that was cut short is left out. Of two equal evaluations at the same time, only the first keeps its teams.
public final class PlayedTeams {
  private static let prefix = ".played-"
  private let url: URL
  /// nil where another process has the file.
  private let file: LockedFile?
  private var teams: [PlayedTeam.Key: PlayedTeam] = [:]
  /// Those of other shares.
  private let others: [URL]
  /// What the user should know.
  public let remarks: [String]

  /// Teams that are kept.
  public var count: Int { teams.count }

  /// Reads what was kept, of all shares.
  ///
  /// - Parameter share: What this process plays; the whole writes the tables.
  /// - Throws: `FileFailure` where the tables are to be written while another process plays its share.
  public init(_ record: EvaluationRecord, share: Shard = .whole, in folder: URL) throws {
    let hash = StreamingHash()
    try record.json().withUnsafeBytes(hash.update)
    let stem = Self.prefix + hash.digits
    let part = share == .whole ? "" : "-\(share.number)-of-\(share.count)"
    let name = "\(stem)\(part).jsonl"
    url = folder.appendingPathComponent(name)
    file = try LockedFile(url)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasPrefix(Self.prefix) && $0.hasSuffix(".jsonl") && $0 != name }.sorted()
    others = names.filter { $0.hasPrefix(stem) }.map { folder.appendingPathComponent($0) }
    let foreign = names.filter { share == .whole && !$0.hasPrefix(stem) && $0.contains("-of-") }
    remarks =
      foreign.isEmpty
      ? []
      : [
        "\(folder.relativePath) also holds shares that were played by another program or device, or with other settings; "
          + "they are not used (\(foreign[0])\(foreign.count > 1 ? " and \(foreign.count - 1) more" : ""))"
      ]
    for other in others {
      guard share == .whole else {
        read(FileManager.default.contents(atPath: other.path) ?? Data())
        continue
      }
      guard let locked = try LockedFile(other) else {
        throw FileFailure(other.path, "is being written by another process, which plays its share; wait for it to end")
      }
      read(try locked.read())
    }
    guard let file else { return }
    try file.truncate(to: read(try file.read()))
  }

  /// - Returns: Bytes of whole lines.
  @discardableResult
  private func read(_ content: Data) -> Int {
    let end = content.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    for line in content[..<end].split(separator: UInt8(ascii: "\n")) {
      if let team = try? JSONDecoder().decode(PlayedTeam.self, from: line) { teams[team.key] = team }
    }
    return end
  }

  public subscript(key: PlayedTeam.Key) -> PlayedTeam? { teams[key] }

  /// Keeps a team whose games are over.
  public func keep(_ team: PlayedTeam) throws {
    teams[team.key] = team
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try file?.append(encoder.encode(team) + [UInt8(ascii: "\n")])
  }

  /// The tables are written: nothing needs to be kept.
  public func remove() {
    guard file != nil else { return }
    for place in [url] + others { unlink(place.path) }
  }
}
