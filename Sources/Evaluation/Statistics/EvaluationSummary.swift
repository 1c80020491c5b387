import Configuration
import Training

/// One row per configuration: self-play, cross-play, their gap and the tie rates, in every mode of play; and one block per
/// ordered pair of configurations, where they met.
public struct EvaluationSummary: Sendable, Equatable, Codable {
  public struct Mode: Sendable, Equatable, Codable {
    public let mode: EvaluationMode
    public let selfPlay: Estimate?
    public let crossPlayAllTuples: Estimate?
    public let crossPlayDisjointPairs: Estimate?
    public let gap: Estimate?
    /// Part of the decisions that were exact ties.
    public let selfPlayTieRate: Double?
    public let crossPlayTieRate: Double?
    /// Part of the decisions that were ties within the tolerance.
    public let selfPlayNearTieRate: Double?
    public let crossPlayNearTieRate: Double?
    /// What the game reports in addition to returns, by name; nil where it reports nothing.
    public let outcomes: [String: Outcome]?

    enum CodingKeys: String, CodingKey {
      case mode, gap, outcomes
      case selfPlay = "self_play"
      case crossPlayAllTuples = "cross_play_all_tuples"
      case crossPlayDisjointPairs = "cross_play_disjoint_pairs"
      case selfPlayTieRate = "self_play_tie_rate"
      case crossPlayTieRate = "cross_play_tie_rate"
      case selfPlayNearTieRate = "self_play_near_tie_rate"
      case crossPlayNearTieRate = "cross_play_near_tie_rate"
    }
  }

  /// One outcome over all games of a configuration; nil where its ratio has nothing to divide by.
  public struct Outcome: Sendable, Equatable, Codable {
    public let selfPlay: Estimate?
    public let crossPlay: Estimate?

    enum CodingKeys: String, CodingKey {
      case selfPlay = "self_play"
      case crossPlay = "cross_play"
    }
  }

  public struct Configuration: Sendable, Equatable, Codable {
    public let configuration: String
    /// The training that the runs belong to, where there are several.
    public let training: String?
    public let hyperparameters: Hyperparameters
    public let runs: Int
    /// Names of runs that diverged and play with their last finite weights; nil where none did.
    public let diverged: [String]?
    /// The fewest games behind an entry of the matrix.
    public let games: Int
    public let tuplesEvaluated: Int
    public let tuplesPossible: Int
    public internal(set) var modes: [Mode]
    /// How far the policies are from equivariant, by family of symmetries; nil where that was not measured.
    public internal(set) var equivariance: [String: Equivariance]?

    enum CodingKeys: String, CodingKey {
      case configuration, training, hyperparameters, runs, diverged, games, modes, equivariance
      case tuplesEvaluated = "tuples_evaluated"
      case tuplesPossible = "tuples_possible"
    }
  }

  /// Runs of one configuration in seat 0 with runs of another, or other runs of the same, in all other seats.
  public struct Block: Sendable, Equatable, Codable {
    public let mode: EvaluationMode
    public let row: String
    public let column: String
    public let crossPlay: Estimate
    public let tuplesEvaluated: Int
    public let tuplesPossible: Int
    /// All games of the block.
    public let games: Int
    public let tieRate: Double?
    public let nearTieRate: Double?

    enum CodingKeys: String, CodingKey {
      case mode, row, column, games
      case crossPlay = "cross_play"
      case tuplesEvaluated = "tuples_evaluated"
      case tuplesPossible = "tuples_possible"
      case tieRate = "tie_rate"
      case nearTieRate = "near_tie_rate"
    }
  }

  public let seats: Int
  public internal(set) var configurations: [Configuration]
  /// By mode, row and column in the order of `configurations`; nil where configurations did not meet.
  public let blocks: [Block]?

  /// - Parameter matrices: one per mode, all over the same runs; in any order.
  public init(_ matrices: [CrossPlayMatrix], bootstrap: Bootstrap) {
    let matrices = CrossPlayMatrix.ordered(matrices)
    guard let first = matrices.first else { preconditionFailure("no matrix to summarize") }
    precondition(matrices.allSatisfy { $0.runs == first.runs && $0.seats == first.seats })
    seats = first.seats
    configurations = first.groups.map { group in
      let crossPlay = first.crossPlayTeams(group)
      let cells = matrices.flatMap { matrix in
        group.members.compactMap(matrix.selfPlayCell) + matrix.crossPlayTeams(group).map(\.cell)
      }
      let diverged = group.members.map { first.runs[$0] }.filter { $0.diverged != nil }.map(\.name)
      return Configuration(
        configuration: group.configuration, training: first.runs[group.members[0]].training,
        hyperparameters: first.runs[group.members[0]].hyperparameters,
        runs: group.members.count, diverged: diverged.isEmpty ? nil : diverged,
        games: cells.map(\.games).min() ?? 0, tuplesEvaluated: crossPlay.count,
        tuplesPossible: CrossPlayPlan.arrangements(of: group.members.count, seats: first.seats),
        modes: matrices.map { matrix in
          let (selfPlay, crossPlay) = (matrix.selfPlayTotal(group), matrix.crossPlayTotal(group))
          return Mode(
            mode: matrix.mode, selfPlay: matrix.selfPlay(group),
            crossPlayAllTuples: matrix.crossPlayAllTuples(group, bootstrap),
            crossPlayDisjointPairs: matrix.crossPlayDisjointPairs(group), gap: matrix.gap(group, bootstrap),
            selfPlayTieRate: selfPlay.tieRate, crossPlayTieRate: crossPlay.tieRate,
            selfPlayNearTieRate: selfPlay.nearTieRate, crossPlayNearTieRate: crossPlay.nearTieRate,
            outcomes: Self.outcomes(matrix, group, bootstrap))
        })
    }
    blocks = Self.blocks(matrices, bootstrap)
  }

  private static func blocks(_ matrices: [CrossPlayMatrix], _ bootstrap: Bootstrap) -> [Block]? {
    let blocks = matrices.map { $0.blocks(bootstrap) }
    guard blocks.contains(where: { $0.contains { $0.row != $0.column } }) else { return nil }
    return zip(matrices, blocks).flatMap { matrix, blocks in
      let groups = matrix.groups
      return blocks.map { block in
        Block(
          mode: matrix.mode, row: groups[block.row].configuration, column: groups[block.column].configuration,
          crossPlay: block.crossPlay, tuplesEvaluated: block.crossPlay.count, tuplesPossible: block.possible,
          games: block.total.games, tieRate: block.total.tieRate, nearTieRate: block.total.nearTieRate)
      }
    }
  }

  private static func outcomes(
    _ matrix: CrossPlayMatrix, _ group: RunGroup, _ bootstrap: Bootstrap
  ) -> [String: Outcome]? {
    guard !matrix.outcomes.isEmpty else { return nil }
    return Dictionary(
      uniqueKeysWithValues: matrix.outcomes.map { outcome in
        let selfPlay = matrix.selfPlay(outcome, group, bootstrap)
        return (outcome.name, Outcome(selfPlay: selfPlay, crossPlay: matrix.crossPlay(outcome, group, bootstrap)))
      })
  }
}
