/// Undiscounted values of optimal joint policies of the classic problems.
///
/// Source: masplan.org, "Optimal values for finite-horizon Dec-POMDPs", and the papers it names (Hansen, Bernstein,
/// Zilberstein 2004; Szer, Charpillet, Zilberstein 2005; Oliehoek, Whiteson, Spaan 2009).
public enum KnownOptima {
  /// Rounded to six digits after the point where the source does so.
  private static let values: [String: [Int: Double]] = [
    "dec-tiger": [2: -4, 3: 5.190812, 4: 4.802755],
    "broadcast-channel": [2: 2, 3: 2.99, 4: 3.89],
    "recycling-robots": [2: 7, 3: 10.660125],
    "grid-small": [2: 0.91, 3: 1.550444],
  ]

  /// nil where none is known, or where the problem is discounted.
  public static func value(of problem: DecPOMDP, horizon: Int) -> Double? {
    problem.discount == 1 ? values[problem.name]?[horizon] : nil
  }
}
