// Policies that are models in ONNX, beside trainings.
import Foundation
import TestSupport
import Testing

@Suite struct ONNXPartnerTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.file("small.yaml"))
  }

  private func run(_ arguments: String..., library: String = "") throws -> CommandRun {
    try CommandRun(arguments, in: folder.url, environment: ["CROSSPLAY_ONNX_RUNTIME": library])
  }

  private func export(_ name: String, _ overrides: String...) throws -> String {
    let options = ["--output", name, "--set", "seeds=1", "--set", "sweep=", "--set", "total_env_steps=128"]
    let training = try CommandRun(
      ["train", "small.yaml"] + options + overrides.flatMap { ["--set", $0] }, in: folder.url)
    try #require(training.status == 0, "\(training.errors)")
    let export = try run("export", name, "--format", "onnx", "--output", "onnx-\(name)")
    try #require(export.status == 0, "\(export.errors)")
    return "onnx-\(name)/seed=0/policy.onnx"
  }

  @Test func withoutOnnxRuntimeItIsRefusedInOneSentence() throws {
    let model = try export("a")
    let refused = try run("evaluate", "a", model, "--output", "met", "--onnx-runtime", "nowhere.so")
    #expect(refused.status == 1 && refused.errors.split(separator: "\n").count == 1, "\(refused.errors)")
    #expect(refused.errors.contains("\(model): is a model in ONNX, which takes ONNX Runtime"), "\(refused.errors)")
    #expect(refused.errors.contains("nowhere.so") && refused.errors.contains("CROSSPLAY_ONNX_RUNTIME"))
    let alone = try run("evaluate", model, "--output", "met")
    #expect(alone.status == 1 && alone.errors.contains("needs somebody of ours to play with"), "\(alone.errors)")
    let watched = try run("watch", "--policy", "a", "--policy", model, "--onnx-runtime", "nowhere.so")
    #expect(watched.status == 1 && watched.errors.contains("\(model): is a model in ONNX"), "\(watched.errors)")
    let lonely = try run("watch", "--policy", model)
    #expect(lonely.status == 1 && lonely.errors.contains("needs somebody of ours"), "\(lonely.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("met").path))
  }

  static let library = ProcessInfo.processInfo.environment["CROSSPLAY_ONNX_RUNTIME"]

  /// Where the tests are told of an ONNX Runtime.
  @Test(
    .enabled(if: library != nil),
    arguments: ["network={trunk: [16], actor: [], critic: []}", "network={trunk: [16], gru: 8, actor: [], critic: []}"])
  func anExportedModelPlaysLikeItsTraining(network: String) throws {
    let library = try #require(Self.library)
    _ = try export("partner")
    let model = try export("theirs", network)
    // The names of the policies, which the games depend on, are those of the folders.
    try FileManager.default.copyItem(at: folder.file(model), to: folder.file("theirs.onnx"))
    let met = try run(
      "evaluate", "partner", "theirs.onnx", "--output", "met", "--games", "400", "--mode", "greedy", library: library)
    #expect(met.status == 0, "\(met.errors)")
    let ours = try run("evaluate", "partner", "theirs", "--output", "ours", "--games", "400", "--mode", "greedy")
    #expect(ours.status == 0, "\(ours.errors)")
    func means(_ path: String) throws -> [(Double, Double)] {
      try String(contentsOf: folder.file("\(path)/matrix.csv"), encoding: .utf8).split(separator: "\n").dropFirst().map
      {
        let fields = $0.split(separator: ",", omittingEmptySubsequences: false)
        return (try #require(Double(fields[4])), try #require(Double(fields[5])))
      }
    }
    // Other decks: within five standard errors.
    for (found, expected) in zip(try means("met"), try means("ours")) {
      let error = (found.1 * found.1 + expected.1 * expected.1).squareRoot()
      #expect(abs(found.0 - expected.0) <= 5 * error + 1e-9)
    }
    let record = try String(contentsOf: folder.file("met/evaluation.json"), encoding: .utf8)
    #expect(record.contains(#""configuration" : "theirs.onnx""#), "\(record)")
    let watched = try run("watch", "--policy", "partner", "--policy", "theirs.onnx", library: library)
    #expect(watched.status == 0 && watched.output.contains("theirs.onnx"), "\(watched.errors)")
    let other = try run("evaluate", "partner", "--output", "x", "theirs.onnx", "--checkpoint", "3", library: library)
    #expect(other.status == 1 && other.errors.contains("has no checkpoint of update 3"), "\(other.errors)")

    // A game with other actions.
    let three = try export("three", "environment.players=3")
    let refused = try run("evaluate", "partner", three, "--output", "no", library: library)
    #expect(refused.status == 1 && refused.errors.contains("players"), "\(refused.errors)")
  }
}
