import Foundation

/// What sequences hand to the device and to the host.
public struct CommandCounts: Equatable, Sendable {
  /// Kernel dispatches.
  public let dispatches: Int
  /// Stages: commands that run side by side, between two barriers or steps of the host.
  public let stages: Int
  /// How often the host takes over; steps of the host that follow each other count once.
  public let handOvers: Int
  /// Floating-point operations of the largest part that is submitted by itself.
  public let largestSubmissionFlops: Double

  public init(_ sequences: [CommandSequence]) {
    dispatches = sequences.reduce(0) { $0 + $1.dispatchCount }
    stages = sequences.reduce(0) { $0 + $1.stageCount }
    handOvers = sequences.reduce(0) { $0 + $1.handOverCount }
    largestSubmissionFlops = sequences.map(\.largestSubmissionFlops).max() ?? 0
  }

  private init(dispatches: Int, stages: Int, handOvers: Int, largestSubmissionFlops: Double) {
    (self.dispatches, self.stages, self.handOvers) = (dispatches, stages, handOvers)
    self.largestSubmissionFlops = largestSubmissionFlops
  }

  /// "12 dispatches in 9 stages and 3 hand-overs to the host", with the work named `unit` that they are of.
  public func text(per unit: String) -> String {
    let flops = String(format: "%.3g", largestSubmissionFlops / 1e9)
    return "\(amount) per \(unit), in submissions of at most \(flops) GFLOP"
  }

  /// "12 dispatches in 9 stages and 3 hand-overs to the host"
  public var amount: String { Self.amount(dispatches: dispatches, stages: stages, handOvers: handOvers) }

  /// The same for who has the numbers alone.
  public static func amount(dispatches: Int, stages: Int, handOvers: Int) -> String {
    "\(dispatches) dispatch\(dispatches == 1 ? "" : "es") in \(stages) stage\(stages == 1 ? "" : "s") and "
      + "\(handOvers) hand-over\(handOvers == 1 ? "" : "s") to the host"
  }

  /// What `all` does beyond these, which are a part of it.
  public func remainder(of all: CommandCounts) -> CommandCounts {
    CommandCounts(
      dispatches: all.dispatches - dispatches, stages: all.stages - stages, handOvers: all.handOvers - handOvers,
      largestSubmissionFlops: all.largestSubmissionFlops)
  }

  public static func + (a: CommandCounts, b: CommandCounts) -> CommandCounts {
    CommandCounts(
      dispatches: a.dispatches + b.dispatches, stages: a.stages + b.stages, handOvers: a.handOvers + b.handOvers,
      largestSubmissionFlops: max(a.largestSubmissionFlops, b.largestSubmissionFlops))
  }
}
