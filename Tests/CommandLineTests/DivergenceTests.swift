import Foundation
import TestSupport
import Testing

/// A run that diverges is frozen and marked, and harms no other.
@Suite struct DivergenceTests {
  private let folder: TemporaryFolder
  /// Runs of the second learning rate, 2 and 3, reach infinity in a few steps.
  private let options = [
    "--set", "sweep={learning_rate: [5e-4, 10]}", "--set",
    "network={trunk: [16, 16, 16], actor: [16], critic: [16, 16]}", "--set", "total_env_steps=4096", "--set",
    "max_gradient_norm=1e6",
  ]

  init() throws {
    folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.file("small.yaml"))
  }

  private func run(_ arguments: [String]) throws -> CommandRun { try CommandRun(arguments, in: folder.url) }

  private func lines(_ path: String) throws -> [Substring] {
    try String(contentsOf: folder.file(path), encoding: .utf8).withoutTimes.split(separator: "\n")
  }

  private func weightHashes(_ path: String) throws -> [String: String] {
    let objects = try run(["export", path, "--json"]).objects()
    return Dictionary(
      uniqueKeysWithValues: objects.compactMap { object in
        (object["name"] as? String).map { ($0, object["weight_hash"] as? String ?? "") }
      })
  }

  @Test func theOthersEndWithTheSameBytesAndTheExitCodeIsThree() throws {
    let whole = try run(["train", "small.yaml", "--output", "whole", "--json"] + options)
    #expect(whole.status == 3, "\(whole.errors)")
    let broken = try #require(whole.objects().first?["diverged"] as? [String])
    try #require(!broken.isEmpty && broken.allSatisfy { $0.hasPrefix("learning_rate=10_") })
    #expect(whole.errors.contains("run \(broken[0]) diverged in update "), "\(whole.errors)")
    let healthy = try run(["train", "small.yaml", "--output", "healthy", "--shard", "1/2"] + options)
    #expect(healthy.status == 0, "\(healthy.errors)")
    let marked = try lines("whole/metrics.jsonl").filter { $0.contains("\"diverged\":true") }
    #expect(!marked.isEmpty && marked.allSatisfy { $0.contains("learning_rate=10_") })
    let others = try lines("whole/metrics.jsonl").filter { !$0.contains("learning_rate=10_") }
    #expect(try others == lines("healthy/metrics.jsonl"))
    let (all, own) = try (weightHashes("whole"), weightHashes("healthy"))
    #expect(own.count == 2 && own.allSatisfy { all[$0.key] == $0.value })

    // Interrupted after they diverged, it ends the same way.
    let state = try Data(contentsOf: folder.file("whole/checkpoints/000032/state.safetensors"))
    try FileManager.default.removeItem(at: folder.file("whole/checkpoints/000032"))
    #expect(try run(["train", "small.yaml", "--output", "whole", "--resume"] + options).status == 3)
    #expect(try Data(contentsOf: folder.file("whole/checkpoints/000032/state.safetensors")) == state)
    #expect(try run(["train", "small.yaml", "--output", "whole", "--resume"] + options).status == 3)

    let evaluation = try run(["evaluate", "whole", "--games", "4", "--no-symmetry", "--json"])
    #expect(evaluation.status == 0, "\(evaluation.errors)")
    #expect(evaluation.errors.contains("run \(broken[0]) diverged in update "), "\(evaluation.errors)")
    let objects = try evaluation.objects()
    #expect(objects[0]["diverged"] == nil && objects[1]["diverged"] as? [String] == broken)
    let report = try run(["report", "whole", "--json"])
    #expect(report.status == 0, "\(report.errors)")
    let remarks = try #require(report.objects().first?["remarks"] as? [String])
    #expect(remarks.count { $0.contains("diverged in update ") } == broken.count, "\(remarks)")
    let table = try run(["evaluate", "whole", "--games", "4", "--no-symmetry"])
    let line = "Diverged, and played with their last finite weights: \(broken.joined(separator: ", "))."
    #expect(table.output.contains(line), "\(table.output)")
  }

  @Test func anExperimentGoesToItsEnd() throws {
    let experiment = try run(["experiment", "small.yaml", "--output", "whole"] + options)
    #expect(experiment.status == 3, "\(experiment.errors)")
    #expect(FileManager.default.fileExists(atPath: folder.file("whole/report/report.html").path))
  }

  @Test func aTrainingStopsWhereThatIsWanted() throws {
    let stopped = try run(["train", "small.yaml", "--output", "whole", "--set", "on_divergence=stop"] + options)
    #expect(stopped.status == 3 && stopped.output.isEmpty)
    #expect(stopped.errors.contains("run learning_rate=10_seed="), "\(stopped.errors)")
    #expect(stopped.errors.contains("is not a finite number in update "), "\(stopped.errors)")
    let resumed = try run(["train", "small.yaml", "--output", "whole", "--resume"] + options)
    #expect(resumed.status == 3, "\(resumed.errors)")
    #expect(resumed.output.contains("trained 4 runs"))
  }
}
