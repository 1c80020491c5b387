import Foundation
import TestSupport
import Testing

@Suite struct TrainAndEvaluateTests {
  private func trained(_ folder: TemporaryFolder, _ arguments: [String] = []) throws -> URL {
    try Data(smallConfiguration.utf8).write(to: folder.url.appendingPathComponent("small.yaml"))
    let run = try CommandRun(["train", "small.yaml", "--output", "result"] + arguments, in: folder.url)
    try #require(run.status == 0, "\(run.errors)")
    return folder.url.appendingPathComponent("result")
  }

  private func bytes(_ folder: URL, _ path: String) throws -> Data {
    try Data(contentsOf: folder.appendingPathComponent(path))
  }

  private func metrics(_ folder: URL) throws -> String {
    String(decoding: try bytes(folder, "metrics.jsonl"), as: UTF8.self).withoutTimes
  }

  @Test func trainingUnderValidationWritesMetricsAndCheckpoints() throws {
    let folder = try TemporaryFolder()
    let result = try trained(folder, ["--validate", "--json"])
    let lines = try String(contentsOf: result.appendingPathComponent("metrics.jsonl"), encoding: .utf8)
      .split(separator: "\n")
    #expect(lines.count == 8 * 4)
    let checkpoints = try FileManager.default.contentsOfDirectory(
      atPath: result.appendingPathComponent("checkpoints").path)
    #expect(checkpoints.sorted() == ["000004", "000008"])
  }

  @Test func twoTrainingsGiveTheSameBytes() throws {
    let (first, second) = (try TemporaryFolder(), try TemporaryFolder())
    let (a, b) = (try trained(first), try trained(second))
    for path in ["config.yaml", "checkpoints/000008/state.safetensors"] {
      #expect(try bytes(a, path) == bytes(b, path), "\(path)")
    }
    #expect(try metrics(a) == metrics(b))
  }

  @Test func aResumedTrainingEndsWithTheSameBytes() throws {
    let folder = try TemporaryFolder()
    let whole = try trained(folder)
    let interrupted = folder.url.appendingPathComponent("interrupted")
    try FileManager.default.copyItem(at: whole, to: interrupted)
    try FileManager.default.removeItem(at: interrupted.appendingPathComponent("checkpoints/000008"))
    let run = try CommandRun(["train", "small.yaml", "--output", "interrupted", "--resume"], in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let state = "checkpoints/000008/state.safetensors"
    #expect(try bytes(whole, state) == bytes(interrupted, state))
    #expect(try metrics(whole) == metrics(interrupted))
  }

  @Test func shardsTogetherEvaluateAsTheWhole() throws {
    let folder = try TemporaryFolder()
    let whole = try trained(folder)
    for number in 1...2 {
      let run = try CommandRun(
        ["train", "small.yaml", "--shard", "\(number)/2", "--output", "shard\(number)"], in: folder.url)
      #expect(run.status == 0, "\(run.errors)")
    }
    let one = try CommandRun(["evaluate", "result"], in: folder.url)
    let two = try CommandRun(["evaluate", "shard1", "shard2", "--output", "joined"], in: folder.url)
    #expect(one.status == 0 && two.status == 0, "\(one.errors)\(two.errors)")
    for path in ["summary.json", "matrix.csv"] {
      #expect(try bytes(whole, "evaluation/\(path)") == bytes(folder.url, "joined/\(path)"), "\(path)")
    }
  }

  @Test func evaluationPrintsOneObjectPerConfigurationAndWritesFigures() throws {
    let folder = try TemporaryFolder()
    let result = try trained(folder)
    let run = try CommandRun(
      ["evaluate", "result", "--games", "8", "--mode", "sampled,greedy", "--json", "--validate"], in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let objects = try run.objects()
    #expect(objects.count == 2)
    #expect(objects[0]["runs"] as? Int == 2)
    #expect((objects[0]["modes"] as? [[String: Any]])?.count == 2)
    #expect((objects[0]["equivariance"] as? [String: Any])?["colors"] != nil)
    func files() throws -> Set<String> {
      try Set(FileManager.default.contentsOfDirectory(atPath: result.appendingPathComponent("evaluation").path))
    }
    let figures: Set = ["summary.csv", "summary.json", "matrix.csv", "matrix-sampled.svg", "matrix-greedy.svg"]
    #expect(try files().isSuperset(of: figures.union(["symmetry.csv", "symmetry.json"])))
    let plain = try CommandRun(["evaluate", "result", "--games", "8", "--no-symmetry", "--json"], in: folder.url)
    #expect(plain.status == 0, "\(plain.errors)")
    #expect(try plain.objects()[0]["equivariance"] == nil)
    #expect(try files().isDisjoint(with: ["symmetry.csv", "symmetry.json"]))
  }

  @Test func exportWritesEveryRunWithExamples() throws {
    let folder = try TemporaryFolder()
    let result = try trained(folder)
    let run = try CommandRun(["export", "result", "--format", "safetensors", "--json"], in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try run.objects().count == 4)
    let policies = result.appendingPathComponent("policies")
    for name in try FileManager.default.contentsOfDirectory(atPath: policies.path) {
      let files = try FileManager.default.contentsOfDirectory(atPath: policies.appendingPathComponent(name).path)
      #expect(files.sorted() == ["examples.safetensors", "policy.json", "policy.safetensors"])
    }
  }

  @Test func thePlanShowsEveryBufferAndTrainsNothing() throws {
    let folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.url.appendingPathComponent("small.yaml"))
    let run = try CommandRun(
      ["train", "small.yaml", "--plan", "--set", "environment.preset=full", "--output", "result"], in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("rollout.observations"))
    #expect(run.output.contains("rollout bytes per row"))
    #expect(run.output.contains("hand-overs to the host per update, in submissions of at most "))
    #expect(run.output.hasSuffix(" GFLOP\n"))
    #expect(!FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("result").path))
  }

  /// What the plan says is written is what is written.
  @Test func thePlanSaysWhatIsWritten() throws {
    let folder = try TemporaryFolder()
    let result = try trained(folder)
    let plan = try CommandRun(["train", "small.yaml", "--plan", "--json"], in: folder.url)
    #expect(plan.status == 0, "\(plan.errors)")
    let object = try #require(plan.objects().first)
    let volume = try #require(object["volume"] as? [String: Any])
    let lines = try bytes(result, "metrics.jsonl").split(separator: UInt8(ascii: "\n"))
    #expect(volume["metrics_lines"] as? Int == lines.count && volume["updates"] as? Int == 8)
    let size = try bytes(result, "metrics.jsonl").count
    #expect(abs(Double(try #require(volume["metrics_bytes"] as? Int)) / Double(size) - 1) < 0.2)
    let state = try bytes(result, "checkpoints/000008/state.safetensors").count
    let planned = try #require(volume["checkpoint_bytes"] as? Int)
    #expect(planned < state && state < planned + 4096)
    let files = try #require(FileManager.default.enumerator(at: result, includingPropertiesForKeys: nil))
    #expect(volume["files"] as? Int == files.count { ($0 as? URL)?.hasDirectoryPath == false })
    let buffers = try #require(object["buffers"] as? [[String: Any]])
    #expect(buffers.compactMap { $0["bytes"] as? Int }.reduce(0, +) == object["bytes"] as? Int)
    #expect(object["waves"] as? [Int] == [4] && object["dispatches"] as? Int ?? 0 > 8)
  }

  @Test(arguments: ["environment", "inference", "train"]) func benchReportsTheContractedKeys(kind: String) throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(
      [
        "bench", kind, "--environment", "hanabi", "--set", "environment.preset=tiny", "--set", "environments=8",
        "--set",
        "rollout_length=8", "--set", "network={trunk: [8], actor: [8], critic: [8]}", "--repetitions", "2", "--json",
      ], in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let object = try #require(try run.objects().first)
    let keys: Set = [
      "kind", "environment", "runs", "environments", "env_steps_per_second", "agent_steps_per_second", "seconds",
      "device", "driver", "commit",
    ]
    #expect(keys.isSubset(of: Set(object.keys)))
    let rate = try #require(object["env_steps_per_second"] as? [String: Double])
    #expect(try #require(rate["min"]) <= #require(rate["median"]))
    #expect(try #require(rate["median"]) <= #require(rate["max"]))
  }

  /// RADV compiles for cards that are not there. Kernels for graphics processors spill nothing.
  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: radv)),
    arguments: ["{name: hanabi, preset: tiny}", "{name: overcooked}"])
  func driversTellWhatTheyCompileKernelsTo(environment: String) throws {
    let folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.file("small.yaml"))
    let run = try CommandRun(
      ["devices", "--kernels", "small.yaml", "--set", "environment=\(environment)", "--json"], in: folder.url,
      environment: ["VK_ICD_FILENAMES": Self.radv, "RADV_FORCE_FAMILY": "navi21"])
    #expect(run.status == 0, "\(run.errors)")
    let kernels = try run.objects()
    #expect(kernels.count > 15)
    for kernel in kernels {
      let values = try #require(kernel["values"] as? [String: Double])
      #expect(try #require(values["VGPRs"]) > 0, "\(kernel)")
      let spilled = values.filter { $0.key.hasPrefix("Scratch") || $0.key.hasPrefix("Spilled") }
      #expect(!spilled.isEmpty && spilled.allSatisfy { $0.value == 0 }, "\(kernel)")
    }
  }

  private static let radv = "/usr/share/vulkan/icd.d/radeon_icd.x86_64.json"

  @Test func aDriverThatTellsNothingOfItsKernelsIsNamed() throws {
    let folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.file("small.yaml"))
    let run = try CommandRun(["devices", "--kernels", "small.yaml"], in: folder.url)
    guard run.status != 0 else { return #expect(run.output.contains("registers")) }
    #expect(run.errors.contains("does not say how it compiles kernels"), "\(run.errors)")
  }

  @Test func devicesAreListedWithWhatWouldBeUsed() throws {
    let run = try CommandRun(["devices", "--json"], in: FileManager.default.temporaryDirectory)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try run.objects().filter { $0["is_default"] as? Bool == true }.count == 1)
  }

  @Test func oneDeviceIsListedWhereItIsNamed() throws {
    let folder = FileManager.default.temporaryDirectory
    let all = try CommandRun(["devices", "--json"], in: folder).objects()
    let one = try CommandRun(["devices", "--json", "--device", "0"], in: folder)
    #expect(try one.objects().map { $0["name"] as? String } == [all[0]["name"] as? String], "\(one.errors)")
    let none = try CommandRun(["devices", "--device", "\(all.count)"], in: folder)
    #expect(none.status == 1 && none.output.isEmpty && none.errors.contains("there is no Vulkan device \(all.count)"))
    for option in [["--matmul", "flat"], ["--tiles", "standard"], ["--validate"], ["--set", "seeds=1"]] {
      let run = try CommandRun(["devices"] + option, in: folder)
      #expect(run.status != 0 && run.errors.contains("are for --kernels"), "\(run.errors)")
    }
  }
}
