import Networks

/// Policies that share a network, so that their rows go through it together.
public struct Roster: Sendable {
  public enum Network: Sendable {
    /// One of ours, with parameters for every policy.
    case layers(NetworkArchitecture)
    /// A single policy that another program computes.
    case foreign(any ForeignPolicy)
  }

  /// A policy with what computes it.
  public struct Member: Sendable {
    public let network: Network
    public let policy: EvaluationPolicy

    public init(_ architecture: NetworkArchitecture, _ policy: EvaluationPolicy) {
      network = .layers(architecture)
      self.policy = policy
    }

    /// - Parameter name: As `EvaluationPolicy.name`.
    public init(_ foreign: any ForeignPolicy, name: String) {
      network = .foreign(foreign)
      policy = EvaluationPolicy(name: name, parameters: [])
    }
  }

  public let network: Network
  public let policies: [EvaluationPolicy]

  public init(_ architecture: NetworkArchitecture, _ policies: [EvaluationPolicy]) {
    network = .layers(architecture)
    self.policies = policies
  }

  /// - Parameter name: As `EvaluationPolicy.name`.
  public init(_ foreign: any ForeignPolicy, name: String) {
    network = .foreign(foreign)
    policies = [EvaluationPolicy(name: name, parameters: [])]
  }

  /// Floats of every policy.
  var parameterCount: Int {
    switch network {
    case .layers(let architecture): ParameterLayout(architecture).count
    case .foreign: 0
    }
  }

  /// Policies gathered by their networks, in the order in which these first appear; those of other programs one by one.
  ///
  /// - Returns: The rosters, and where each of the given policies stands among the policies of all rosters.
  public static func gather(_ members: [Member]) -> (rosters: [Roster], places: [Int]) {
    var rosters: [Roster] = []
    // Of every roster, the places among `members`.
    var gathered: [[Int]] = []
    var known: [NetworkArchitecture: Int] = [:]
    for (index, member) in members.enumerated() {
      switch member.network {
      case .foreign(let foreign):
        rosters.append(Roster(foreign, name: member.policy.name))
        gathered.append([index])
      case .layers(let architecture):
        if let roster = known[architecture] {
          rosters[roster] = Roster(architecture, rosters[roster].policies + [member.policy])
          gathered[roster].append(index)
        } else {
          known[architecture] = rosters.count
          rosters.append(Roster(architecture, [member.policy]))
          gathered.append([index])
        }
      }
    }
    var places = [Int](repeating: 0, count: members.count)
    for (place, index) in gathered.joined().enumerated() { places[index] = place }
    return (rosters, places)
  }
}

/// A policy that another program computes, one env step at a time.
///
/// It may be called by several threads at once, with the rows of one seat of one team at a time, so that what it gives for them
/// does not depend on other teams.
public protocol ForeignPolicy: Sendable {
  /// D and K, those of the game.
  var features: Int { get }
  var actions: Int { get }
  /// H, numbers of its memory of a game; nil for a policy without.
  var hiddenWidth: Int? { get }

  /// Logits (rows, K) of `rows` rows, and what it remembers after them (rows, H); nil without memory.
  ///
  /// - Parameters:
  ///   - observations: (rows, D)
  ///   - legalMasks: (rows, K) of 0 and 1
  ///   - hiddenStates: (rows, H), 0 where a game begins; nil without memory.
  func step(
    rows: Int, observations: [Float], legalMasks: [UInt8], hiddenStates: [Float]?
  ) throws -> (logits: [Float], nextHiddenStates: [Float]?)
}
