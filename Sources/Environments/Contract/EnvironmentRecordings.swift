/// What recorded games are held against.
public protocol EnvironmentRecordings: EnvironmentSizes {
  /// The state as named JSON values, in the words of recorded games.
  func stateFields(of state: [UInt32]) -> [StateField]
  /// Reads the recorded games of one file; `contents` is its JSON. Refused by default: not every game has a reference
  /// implementation.
  static func recordedGames(from contents: TraceContents) throws -> RecordedGames
}

extension EnvironmentRecordings {
  public static func recordedGames(from contents: TraceContents) throws -> RecordedGames {
    throw contents.error("records \(name), which has no reference implementation to replay")
  }
}

/// One named part of a game's state, as compact JSON, for example `hands` `[[[0,1],null]]`.
public struct StateField: Sendable, Hashable {
  public let name: String
  public let value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}
