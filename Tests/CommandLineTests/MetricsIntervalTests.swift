import Foundation
import TestSupport
import Testing

/// `metrics_interval`: fewer lines, of which each is about several updates.
@Suite struct MetricsIntervalTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.file("small.yaml"))
  }

  private func train(_ output: String, _ overrides: String..., options: [String] = []) throws -> CommandRun {
    try CommandRun(
      ["train", "small.yaml", "--output", output] + overrides.flatMap { ["--set", $0] } + options, in: folder.url)
  }

  private func objects(_ path: String) throws -> [[String: Any]] {
    try String(contentsOf: folder.file("\(path)/metrics.jsonl"), encoding: .utf8).split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  private func bytes(_ path: String) throws -> Data { try comparableBytes(folder.file("\(path)/metrics.jsonl")) }

  /// 8 updates in lines of 3, 3 and 2, with rates and coefficients that change.
  @Test func linesAreMeansOverTheirUpdates() throws {
    let annealed = ["anneal_learning_rate=true", "sweep=", "entropy_coefficient=0.1", "final_entropy_coefficient=0"]
    #expect(try train("each", annealed[0], annealed[1], annealed[2], annealed[3]).status == 0)
    #expect(
      try train("thin", annealed[0], annealed[1], annealed[2], annealed[3], "metrics_interval=3").status == 0)
    let (each, thin) = (try objects("each"), try objects("thin"))
    #expect(thin.map { $0["update"] as? Int } == [3, 3, 6, 6, 8, 8])
    #expect(thin.map { $0["updates"] as? Int } == [3, 3, 3, 3, 2, 2])
    #expect(each.allSatisfy { $0["updates"] == nil })
    for line in thin {
      let (last, count) = (try #require(line["update"] as? Int), try #require(line["updates"] as? Int))
      let run = try #require(line["run"] as? Int)
      let own = each.filter { other in
        guard let update = other["update"] as? Int, let index = other["run"] as? Int else { return false }
        return index == run && update > last - count && update <= last
      }
      #expect(own.count == count)
      #expect(line["env_steps"] as? Int == own.last?["env_steps"] as? Int)
      func values(_ key: String) throws -> [Double] { try own.map { try #require($0[key] as? Double) } }
      for key in [
        "learning_rate", "entropy_coefficient", "total_loss", "policy_loss", "value_loss", "entropy", "approximate_kl",
        "clip_fraction", "gradient_norm",
      ] {
        let (mean, value) = (try values(key).reduce(0, +) / Double(count), try #require(line[key] as? Double))
        #expect(abs(mean - value) <= 1e-6 + 1e-5 * abs(mean), "\(key) \(mean) \(value)")
      }
      let episodes = try values("episodes")
      #expect(line["episodes"] as? Double == episodes.reduce(0, +))
      let sum = try zip(episodes, values("episode_return")).reduce(0) { $0 + $1.0 * $1.1 }
      let mean = try #require(line["episode_return"] as? Double)
      #expect(abs(sum / episodes.reduce(0, +) - mean) < 1e-5)
    }
    let report = try CommandRun(["report", "thin"], in: folder.url)
    #expect(report.status == 0 && !report.errors.contains("there are no lines"), "\(report.errors)")
  }

  /// A checkpoint after update 4 lies inside the interval of updates 4 to 6.
  @Test func aTrainingThatGoesOnInsideAnIntervalWritesTheSameBytes() throws {
    #expect(try train("whole", "metrics_interval=3").status == 0)
    #expect(try train("killed", "metrics_interval=3").status == 0)
    try FileManager.default.removeItem(at: folder.file("killed/checkpoints/000008"))
    let resumed = try train("killed", "metrics_interval=3", options: ["--resume"])
    #expect(resumed.status == 0 && !resumed.errors.contains("there are no lines"), "\(resumed.errors)")
    #expect(try bytes("killed") == bytes("whole"))

    // The interval may change; sums that wait are written with the next line.
    #expect(try train("changed", "metrics_interval=3").status == 0)
    try FileManager.default.removeItem(at: folder.file("changed/checkpoints/000008"))
    let changed = try train("changed", "metrics_interval=5", options: ["--resume"])
    #expect(changed.status == 0 && changed.errors.contains("metrics_interval is 5 instead of 3"), "\(changed.errors)")
    #expect(try objects("changed").filter { $0["run"] as? Int == 0 }.map { $0["update"] as? Int } == [3, 5, 8])
    #expect(try objects("changed").filter { $0["run"] as? Int == 0 }.map { $0["updates"] as? Int } == [3, 2, 3])
  }

  @Test func thePlanCountsFewerLines() throws {
    let plan = try CommandRun(
      ["train", "small.yaml", "--plan", "--json", "--set", "metrics_interval=3"], in: folder.url)
    let volume = try #require(try plan.objects().first?["volume"] as? [String: Any])
    #expect(volume["metrics_lines"] as? Int == 3 * 4)
  }
}
