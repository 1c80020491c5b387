// A training folder with known numbers, made by hand: no device has a part in it.

import Configuration
import Evaluation
import Files
import Foundation
import Reports
import Runs
import TestSupport
import Testing
import Training

/// Two entropy coefficients x two seeds x four updates of 64 env steps.
struct ExampleTraining {
  static let yaml = """
    name: example
    environment: {name: hanabi, preset: tiny, players: 2}
    seeds: 2
    sweep: {entropy_coefficient: [0.0, 0.1]}
    environments: 8
    rollout_length: 8
    total_env_steps: 256
    epochs: 1
    minibatches: 1

    """

  let folder = try! TemporaryFolder()
  let configuration: TrainingConfiguration

  init(yaml: String = Self.yaml) throws {
    configuration = try TrainingConfiguration(yaml: yaml, file: "example.yaml")
    try write(try configuration.yaml(), "config.yaml")
  }

  var url: URL { folder.url }
  var evaluation: URL { url.appendingPathComponent(EvaluationFolder.name) }
  var report: URL { url.appendingPathComponent(ReportFolder.name) }

  func write(_ text: String, _ name: String) throws {
    let place = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try AtomicFile.write(text, to: place)
  }

  /// Return = 10 x run + update, entropy = run + 1 / update, bombed = run / 10; `episodes` of every line.
  func line(run: Int, update: Int, episodes: Int = 4) -> String {
    let runs = configuration.runs
    return RunMetrics(
      run: run, name: runs.indices.contains(run) ? runs[run].name : "?", seed: 0, configuration: "default",
      update: update, envSteps: update * 64,
      learningRate: 0, entropyCoefficient: 0, totalLoss: 0, policyLoss: 0, valueLoss: 0,
      entropy: Float(run) + 1 / Float(update),
      approximateKL: 0, clipFraction: 0, explainedVariance: nil, gradientNorm: 0, episodes: episodes,
      episodeReturn: episodes > 0 ? Float(10 * run + update) : nil, episodeLength: episodes > 0 ? 5 : nil,
      outcomes: [.init("bombed", episodes > 0 ? Float(run) / 8 : nil), .init("perfect", nil)]
    ).json + "\n"
  }

  func writeMetrics() throws {
    try write((1...4).flatMap { update in (0..<4).map { line(run: $0, update: update) } }.joined(), "metrics.jsonl")
  }

  /// M[i, j] of a configuration is `base` on the diagonal and half of it beside; greedy is one more.
  ///
  /// - Parameter acrossConfigurations: Also 1.25 for runs of different configurations.
  func writeEvaluation(
    update: Int = 4, acrossConfigurations: Bool = false, modes: [EvaluationMode] = [.sampled, .greedy],
    games: Int = 10, in folder: String = EvaluationFolder.name
  ) throws {
    let runs = configuration.runs.map { EvaluatedRun($0) }
    let seeds = runs.count / 2
    let matrices = modes.map { mode in
      var matrix = CrossPlayMatrix(mode: mode, seats: 2, runs: runs)
      for i in runs.indices {
        for j in runs.indices where acrossConfigurations || i / seeds == j / seeds {
          let own = (i == j ? 2.0 : 1) * Double(i / seeds + 1) + (mode == .greedy ? 1 : 0)
          let value = i / seeds == j / seeds ? own : 1.25
          matrix.add(
            CrossPlayCell(
              games: games, returnSum: value * Double(games), squaredReturnSum: value * value * Double(games),
              decisions: 40),
            team: [i, j])
        }
      }
      return matrix
    }
    let summary = EvaluationSummary(matrices, bootstrap: Bootstrap(samples: 10, seed: 0))
    let record = """
      {"configuration": "example", "update": \(update), "env_steps": \(update * 64), "games": \(games), "seed": 3,
      "modes": [\(modes.map { "\"\($0)\"" }.joined(separator: ", "))], "tie_tolerance": 0.001, "bootstrap_samples": 10, "max_tuples": 1000,
      "across_configurations": \(acrossConfigurations), "device": "a <device> & more", "symmetry": false, "trainings": [{"configuration": "example",
      "update": \(update), "env_steps": \(update * 64), "runs": \(runs.count), "weight_hash": "4567"}]}
      """
    try write(record, "\(folder)/evaluation.json")
    try write(String(decoding: SummaryReport.json(summary), as: UTF8.self), "\(folder)/summary.json")
    try write(String(decoding: MatrixReport.json(matrices), as: UTF8.self), "\(folder)/matrix.json")
  }

  func contents(_ folders: [URL]? = nil, seconds: Double = 0) throws -> ReportContents {
    try ReportContents(
      folders: folders ?? [url], evaluation: folders == nil ? nil : evaluation,
      program: .init(
        version: "1.2.3", commit: "abc", command: "crossplay report example",
        date: Date(timeIntervalSince1970: seconds)))
  }
}
