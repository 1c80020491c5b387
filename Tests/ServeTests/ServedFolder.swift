import Configuration
import Evaluation
import Files
import Foundation
import Reports
import Runs
import TestSupport
import Training

/// A folder with one training and its evaluation, made by hand: two entropy coefficients x two seeds.
struct ServedFolder {
  let folder = try! TemporaryFolder()
  let configuration: TrainingConfiguration

  static let yaml = """
    name: example
    environment: {name: hanabi, preset: tiny, players: 2}
    seeds: 2
    sweep: {entropy_coefficient: [0.0, 0.1]}
    environments: 8
    rollout_length: 8
    total_env_steps: 640
    epochs: 1
    minibatches: 1

    """

  init() throws {
    configuration = try TrainingConfiguration(yaml: Self.yaml, file: "example.yaml")
    try write(try configuration.yaml(), "runs/example/config.yaml")
  }

  var root: URL { folder.file("runs") }
  var training: URL { root.appendingPathComponent("example") }
  var evaluation: URL { training.appendingPathComponent(EvaluationFolder.name) }
  var metrics: URL { training.appendingPathComponent("metrics.jsonl") }

  func write(_ text: String, _ name: String) throws {
    let place = folder.file(name)
    try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try AtomicFile.write(text, to: place)
  }

  /// Return = 10 x run + update, entropy = run + 1 / update.
  func line(run: Int, update: Int, diverged: Bool = false) -> String {
    RunMetrics(
      run: run, name: configuration.runs[run].name, seed: 0, configuration: "default", update: update,
      envSteps: update * 64, learningRate: 0, entropyCoefficient: 0, totalLoss: 0, policyLoss: 0, valueLoss: 0,
      entropy: Float(run) + 1 / Float(update), approximateKL: 0.5, clipFraction: 0, explainedVariance: nil,
      gradientNorm: 0, episodes: 4, episodeReturn: Float(10 * run + update), episodeLength: 5,
      outcomes: [.init("bombed", 0), .init("perfect", nil)], hasDiverged: diverged
    ).json + "\n"
  }

  func append(updates: ClosedRange<Int>, diverged: Int? = nil) throws {
    let lines = updates.flatMap { update in
      configuration.runs.indices.map { line(run: $0, update: update, diverged: $0 == diverged) }
    }
    let before = (try? String(contentsOf: metrics, encoding: .utf8)) ?? ""
    // In place, as a training appends.
    if before.isEmpty {
      try Data(lines.joined().utf8).write(to: metrics)
    } else {
      let handle = try FileHandle(forWritingTo: metrics)
      try handle.seekToEnd()
      try handle.write(contentsOf: Data(lines.joined().utf8))
      try handle.close()
    }
  }

  /// M[i, j] = i + j / 8, one more where greedy; run 3 did not meet run 0.
  @discardableResult func writeEvaluation() throws -> [CrossPlayMatrix] {
    let runs = configuration.runs.map { EvaluatedRun($0) }
    let matrices = [EvaluationMode.sampled, .greedy].map { mode in
      var matrix = CrossPlayMatrix(mode: mode, seats: 2, runs: runs)
      for i in runs.indices {
        for j in runs.indices where (i, j) != (3, 0) {
          let mean = Double(i) + Double(j) / 8 + (mode == .greedy ? 1 : 0)
          matrix.add(
            CrossPlayCell(games: 10, returnSum: mean * 10, squaredReturnSum: mean * mean * 10 + 9, decisions: 40),
            team: [i, j])
        }
      }
      return matrix
    }
    let summary = EvaluationSummary(matrices, bootstrap: Bootstrap(samples: 10, seed: 0))
    let record = """
      {"configuration": "example", "update": 4, "env_steps": 256, "games": 10, "seed": 3, "modes": ["sampled", "greedy"],
      "tie_tolerance": 0.001, "bootstrap_samples": 10, "max_tuples": 1000, "across_configurations": true,
      "device": "a <device>", "symmetry": false, "trainings": [{"configuration": "example", "update": 4,
      "env_steps": 256, "runs": 4, "weight_hash": "4567"}]}
      """
    try write(record, "runs/example/evaluation/evaluation.json")
    try write(
      String(decoding: SummaryReport.json(summary), as: UTF8.self), "runs/example/evaluation/summary.json")
    try write(String(decoding: MatrixReport.json(matrices), as: UTF8.self), "runs/example/evaluation/matrix.json")
    return matrices
  }
}
