import Networks

/// Policies that share a network, so that their rows go through it together.
public struct Roster: Sendable {
  public let architecture: NetworkArchitecture
  public let policies: [EvaluationPolicy]

  public init(_ architecture: NetworkArchitecture, _ policies: [EvaluationPolicy]) {
    self.architecture = architecture
    self.policies = policies
  }

  /// Policies gathered by their networks, in the order in which these first appear.
  ///
  /// - Returns: The rosters, and where each of the given policies stands among the policies of all rosters.
  public static func gather(
    _ policies: [(architecture: NetworkArchitecture, policy: EvaluationPolicy)]
  ) -> (rosters: [Roster], places: [Int]) {
    var order: [NetworkArchitecture] = []
    var members: [NetworkArchitecture: [Int]] = [:]
    for (index, entry) in policies.enumerated() {
      if members[entry.architecture] == nil { order.append(entry.architecture) }
      members[entry.architecture, default: []].append(index)
    }
    let gathered = order.flatMap { members[$0] ?? [] }
    var places = [Int](repeating: 0, count: policies.count)
    for (place, index) in gathered.enumerated() { places[index] = place }
    let rosters = order.map { architecture in
      Roster(architecture, (members[architecture] ?? []).map { policies[$0].policy })
    }
    return (rosters, places)
  }
}
