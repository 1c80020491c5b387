import Evaluation
import Files
import Foundation

/// Teams that an evaluation has played, kept on disk until its tables are written, so that one that was interrupted goes on
/// with the rest.
///
/// `.played-HASH.jsonl` holds one line per team, written when its games are over; HASH is that of the evaluation's record,
/// program and device included, so that tables never mix them. A line that was cut short is left out. Of two equal
/// evaluations at the same time, only the first keeps its teams.
public final class PlayedTeams {
  private static let prefix = ".played-"
  private let url: URL
  /// nil where another process has the file.
  private let file: LockedFile?
  private var teams: [PlayedTeam.Key: PlayedTeam] = [:]

  /// Teams that are kept.
  public var count: Int { teams.count }

  /// Reads what was kept.
  public init(_ record: EvaluationRecord, in folder: URL) throws {
    let hash = StreamingHash()
    try record.json().withUnsafeBytes(hash.update)
    url = folder.appendingPathComponent("\(Self.prefix)\(hash.digits).jsonl")
    file = try LockedFile(url)
    guard let file else { return }
    let content = try file.read()
    let end = content.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    try file.truncate(to: end)
    for line in content[..<end].split(separator: UInt8(ascii: "\n")) {
      if let team = try? JSONDecoder().decode(PlayedTeam.self, from: line) { teams[team.key] = team }
    }
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
  public func remove() { if file != nil { unlink(url.path) } }
}
