import Foundation

/// What sequences hand to the device and to the host.
public struct CommandCounts: Equatable, Sendable {
  /// Kernel dispatches.
  public let dispatches: Int
  /// How often the host takes over; steps of the host that follow each other count once.
  public let handOvers: Int
  /// Floating-point operations of the largest part that is submitted by itself.
  public let largestSubmissionFlops: Double

  public init(_ sequences: [CommandSequence]) {
    dispatches = sequences.reduce(0) { $0 + $1.dispatchCount }
    handOvers = sequences.reduce(0) { $0 + $1.handOverCount }
    largestSubmissionFlops = sequences.map(\.largestSubmissionFlops).max() ?? 0
  }

  private init(dispatches: Int, handOvers: Int, largestSubmissionFlops: Double) {
    (self.dispatches, self.handOvers) = (dispatches, handOvers)
    self.largestSubmissionFlops = largestSubmissionFlops
  }

  /// "12 dispatches and 3 hand-overs to the host", with the work named `unit` that they are of.
  public func text(per unit: String) -> String {
    let flops = String(format: "%.3g", largestSubmissionFlops / 1e9)
    return "\(dispatches) dispatches and \(handOvers) hand-overs to the host per \(unit), in submissions of at most "
      + "\(flops) GFLOP"
  }

  public static func + (a: CommandCounts, b: CommandCounts) -> CommandCounts {
    CommandCounts(
      dispatches: a.dispatches + b.dispatches, handOvers: a.handOvers + b.handOvers,
      largestSubmissionFlops: max(a.largestSubmissionFlops, b.largestSubmissionFlops))
  }
}
