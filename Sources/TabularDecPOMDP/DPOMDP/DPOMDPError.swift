/// What is wrong with a `.dpomdp` file, and where: `tiger.dpomdp:12:4: there is no action jump; ...`
public struct DPOMDPError: Error, Hashable, Sendable, CustomStringConvertible {
  public let file: String
  /// From 1; 0 where the whole file is meant.
  public let line: Int
  /// From 1.
  public let column: Int
  public let message: String

  public var description: String { line > 0 ? "\(file):\(line):\(column): \(message)" : "\(file): \(message)" }
}
