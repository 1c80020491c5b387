import Foundation

/// A problem as the command line names it, with the horizon that it is usually played for.
public struct NamedProblem: Sendable {
  public var problem: DecPOMDP
  /// Steps per episode.
  public var horizon: Int

  public static let choices =
    "matching:M, levers:PAYS (such as 1.0x9,0.9), signalling, dec-tiger, broadcast-channel, recycling-robots, "
    + "grid-small, or the path of a .dpomdp file"

  public init(problem: DecPOMDP, horizon: Int) {
    self.problem = problem
    self.horizon = horizon
  }

  /// - Parameter text: `matching:M`, `levers:1.0x9,0.9` (pay of each lever, `x` repeats), a built-in name, or the path
  ///   of a `.dpomdp` file.
  /// - Throws: `ProblemError`, or `DPOMDPError` for a file.
  public init(_ text: String) throws {
    if text.hasSuffix(".dpomdp") {
      self.init(problem: try DPOMDPFile.read(contentsOf: text), horizon: 2)
      return
    }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    switch (parts[0], parts.count) {
    case ("matching", 2):
      guard let levers = Int(parts[1]), (1...1000).contains(levers) else {
        throw ProblemError("\(text): the number of levers must be from 1 to 1000, as in matching:10")
      }
      self.init(problem: try .matching(levers), horizon: 1)
    case ("levers", 2):
      self.init(problem: try .levers(Self.pays(parts[1], in: text), name: text), horizon: 1)
    case ("signalling", 1): self.init(problem: try .signalling(), horizon: 2)
    case ("dec-tiger", 1): self.init(problem: try .decTiger(), horizon: 2)
    case ("broadcast-channel", 1): self.init(problem: try .broadcastChannel(), horizon: 2)
    case ("recycling-robots", 1): self.init(problem: try .recyclingRobots(), horizon: 2)
    case ("grid-small", 1): self.init(problem: try .gridSmall(), horizon: 2)
    default: throw ProblemError("there is no problem \(text); choose \(Self.choices)")
    }
  }

  /// `1.0x9,0.9` is nine levers that pay 1.0 and one that pays 0.9.
  private static func pays(_ list: String, in text: String) throws -> [Double] {
    let pays = try list.split(separator: ",", omittingEmptySubsequences: false).flatMap { item -> [Double] in
      let parts = item.split(separator: "x", omittingEmptySubsequences: false)
      guard parts.count <= 2, let pay = Double(parts[0]), pay.isFinite,
        let count = parts.count == 2 ? Int(parts[1]) : 1, (1...1000).contains(count)
      else {
        throw ProblemError("\(text): \"\(item)\" is not a pay; write for example levers:1.0x9,0.9 (x repeats a lever)")
      }
      return Array(repeating: pay, count: count)
    }
    guard pays.count <= 1000 else { throw ProblemError("\(text): at most 1000 levers, not \(pays.count)") }
    return pays
  }
}
