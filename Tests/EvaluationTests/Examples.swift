// Runs and matrices for the tests of statistics and figures.
import Configuration
import Evaluation
import Testing
import Training

/// Runs of one configuration per entropy coefficient, with seeds 0, 1, ...
func exampleRuns(seeds: Int, entropyCoefficients: [Double] = []) throws -> [EvaluatedRun] {
  let sweep = entropyCoefficients.isEmpty ? "" : "\nsweep: {entropy_coefficient: \(entropyCoefficients)}"
  let configuration = try TrainingConfiguration(
    yaml: "environment: {name: hanabi}\nseeds: \(seeds)" + sweep, file: "example.yaml")
  return configuration.runs.map { EvaluatedRun($0) }
}

/// A cell of `games` games that all earn the same.
func cell(_ value: Double, games: Int = 1) -> CrossPlayCell {
  CrossPlayCell(games: games, returnSum: value * Double(games), squaredReturnSum: value * value * Double(games))
}

/// A two-seat matrix of one configuration from its rows.
func matrix(_ rows: [[Double]], mode: EvaluationMode = .sampled) throws -> CrossPlayMatrix {
  var matrix = CrossPlayMatrix(mode: mode, seats: 2, runs: try exampleRuns(seeds: rows.count))
  for (i, row) in rows.enumerated() {
    for (j, value) in row.enumerated() { matrix.add(cell(value), team: [i, j]) }
  }
  return matrix
}
