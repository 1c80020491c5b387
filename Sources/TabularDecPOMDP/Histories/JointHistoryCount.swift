import Foundation

/// How many joint action-observation histories an exact computation goes through.
public enum JointHistoryCount {
  /// The most pairs (joint history, joint action) of one length that are held in memory, 8 bytes each.
  public static let limit = 1 << 25

  /// The longest horizon. Only problems with one joint history per length could go further.
  public static let longestHorizon = 1000

  /// Joint histories of lengths 0 to `horizon` - 1; not finite where too many for a Double.
  public static func of(_ problem: DecPOMDP, horizon: Int) -> Double {
    (0..<horizon).reduce(0) { $0 + ofLength($1, problem) }
  }

  private static func ofLength(_ length: Int, _ problem: DecPOMDP) -> Double {
    pow(Double(problem.jointActionCount) * Double(problem.jointObservationCount), Double(length))
  }

  static func isFeasible(_ problem: DecPOMDP, horizon: Int) -> Bool {
    horizon <= longestHorizon && ofLength(horizon - 1, problem) * Double(problem.jointActionCount) <= Double(limit)
  }

  /// The largest horizon up to `horizon` that is within the limit; 0 if none is.
  public static func largestFeasibleHorizon(_ problem: DecPOMDP, upTo horizon: Int) -> Int {
    (1...max(min(horizon, longestHorizon), 1)).last { isFeasible(problem, horizon: $0) } ?? 0
  }

  /// - Throws: `ProblemError` with the count and the largest feasible horizon.
  static func check(_ problem: DecPOMDP, horizon: Int) throws {
    guard !isFeasible(problem, horizon: horizon) else { return }
    let feasible = largestFeasibleHorizon(problem, upTo: horizon)
    guard horizon <= longestHorizon else {
      throw ProblemError(
        "\(problem.name) at horizon \(horizon): an exact computation takes at most \(longestHorizon) steps; "
          + (feasible > 0 ? "the largest feasible horizon is \(feasible)" : "no horizon is feasible"))
    }
    let count = of(problem, horizon: horizon)
    let text = count < 1e15 ? "\(Int(count))" : "\(count)"
    throw ProblemError(
      "\(problem.name) at horizon \(horizon) has \(text) joint histories of \(problem.jointActionCount) joint actions, "
        + "too many for an exact computation; "
        + (feasible > 0 ? "the largest feasible horizon is \(feasible)" : "no horizon is feasible"))
  }
}
