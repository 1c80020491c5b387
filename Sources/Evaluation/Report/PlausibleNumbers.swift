import Configuration

/// Numbers that files of an evaluation may hold: so far beyond what games give that nothing is lost, and small enough that
/// sums and figures of them do not overflow.
enum PlausibleNumbers {
  private static let largestCount = 1 << 40
  private static let largestValue = 1e30

  static func require(counts: Int...) throws {
    if let count = counts.first(where: { !(0...largestCount).contains($0) }) { throw implausible("the count \(count)") }
  }

  static func require(values: Double?...) throws {
    if let value = values.compactMap(\.self).first(where: { !(abs($0) <= largestValue) }) {
      throw implausible("the value \(value)")
    }
  }

  static func require(rates: Double?...) throws {
    if let rate = rates.compactMap(\.self).first(where: { !(0...1).contains($0) }) {
      throw implausible("the rate \(rate)")
    }
  }

  static func require(_ estimates: Estimate?...) throws {
    for estimate in estimates.compactMap(\.self) {
      try require(values: estimate.mean, estimate.standardError)
      try require(counts: estimate.count)
    }
  }

  static func require(_ hyperparameters: Hyperparameters) throws {
    for key in Hyperparameter.allCases { try require(values: hyperparameters[key]) }
  }

  private static func implausible(_ what: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: [], debugDescription: "it has \(what), which no evaluation gives"))
  }
}

extension EvaluationSummary {
  /// Refuses numbers that no evaluation gives.
  func requirePlausible() throws {
    try PlausibleNumbers.require(counts: seats)
    for row in configurations {
      try PlausibleNumbers.require(counts: row.runs, row.games, row.tuplesEvaluated, row.tuplesPossible)
      try PlausibleNumbers.require(row.hyperparameters)
      for mode in row.modes {
        try PlausibleNumbers.require(
          mode.selfPlay, mode.crossPlayAllTuples, mode.crossPlayDisjointPairs, mode.gap)
        try PlausibleNumbers.require(
          rates: mode.selfPlayTieRate, mode.crossPlayTieRate, mode.selfPlayNearTieRate, mode.crossPlayNearTieRate)
        for outcome in (mode.outcomes ?? [:]).values {
          try PlausibleNumbers.require(outcome.selfPlay, outcome.crossPlay)
        }
      }
      for family in (row.equivariance ?? [:]).values {
        try PlausibleNumbers.require(family.divergence, family.totalVariation, family.greedyAgreement)
        try PlausibleNumbers.require(counts: family.symmetries)
      }
    }
    for block in blocks ?? [] {
      try PlausibleNumbers.require(block.crossPlay)
      try PlausibleNumbers.require(counts: block.tuplesEvaluated, block.tuplesPossible, block.games)
      try PlausibleNumbers.require(rates: block.tieRate, block.nearTieRate)
    }
  }
}
