/// What a replay compared, and what differed.
public struct TraceReport: Sendable, Codable, Equatable {
  /// How many differences a report shows.
  public static let shownDifferences = 20

  public struct Difference: Sendable, Codable, Equatable, CustomStringConvertible {
    public let file: String
    public let episode: Int
    /// 0: after reset; n: after the n-th move.
    public let step: Int
    /// For example `info`, `reward agent_0`, `legal agent_1`, `observation agent_0 [127] board`.
    public let field: String
    public let recorded: String
    public let replayed: String

    public var description: String {
      "\(file): episode \(episode), step \(step), \(field): recorded \(recorded), replayed \(replayed)"
    }
  }

  public let file: String
  public let environment: String
  public let source: String
  public internal(set) var episodes = 0
  public internal(set) var steps = 0
  public internal(set) var rewards = 0
  public internal(set) var shapedRewards = 0
  public internal(set) var dones = 0
  public internal(set) var legalMasks = 0
  public internal(set) var stateFields = 0
  public internal(set) var observationValues = 0
  /// Fractions that differ in the last bit, which counts as equal.
  public internal(set) var lastBitDifferences = 0
  public internal(set) var differenceCount = 0
  /// The first of them.
  public internal(set) var differences: [Difference] = []

  public var agrees: Bool { differenceCount == 0 }

  init(file: String, environment: String, source: String) {
    self.file = file
    self.environment = environment
    self.source = source
  }

  mutating func note(episode: Int, step: Int, field: String, recorded: String, replayed: String) {
    differenceCount += 1
    guard differences.count < Self.shownDifferences else { return }
    differences.append(
      Difference(
        file: file, episode: episode, step: step, field: field, recorded: recorded, replayed: replayed))
  }
}

extension TraceReport: CustomStringConvertible {
  public var description: String {
    let counts =
      "\(file): \(environment), \(source): \(episodes) episodes, \(steps) steps; compared \(rewards) rewards, "
      + (shapedRewards > 0 ? "\(shapedRewards) shaped rewards, " : "")
      + "\(dones) dones, \(legalMasks) legal masks, \(stateFields) state fields, \(observationValues) observation "
      + "values (\(lastBitDifferences) differ in the last bit): "
      + (agrees ? "no difference" : "\(differenceCount) differences")
    let hidden = differenceCount - differences.count
    return ([counts] + differences.map { "  \($0)" } + (hidden > 0 ? ["  and \(hidden) more"] : []))
      .joined(separator: "\n")
  }
}
