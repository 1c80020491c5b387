import Foundation
import TestSupport
import Testing

/// Bad input: one sentence that names the thing, exit code not zero, nothing written or overwritten.
@Suite struct BadInputTests {
  /// Arguments of `--set` and what the error must mention.
  static let wrongValues: [(String, [String])] = [
    ("entropy_coeficient=0.1", ["entropy_coeficient", "entropy_coefficient"]),
    ("environments=many", ["environments"]),
    ("environments=0", ["environments"]),
    ("minibatches=3", ["minibatches = 3 does not divide the 256 rows", "try 2 or 4"]),
    ("environment.players=7", ["environment.players"]),
    ("environment.name=chess", ["chess", "hanabi"]),
    ("environment.colour=3", ["environment.colour"]),
    ("network.activation=gelu", ["network.activation", "tanh"]),
    ("precision=float8", ["precision", "float32, mixed"]),
    ("sweep.precision=[float32,mixed]", ["all runs of a training share precision"]),
    ("learning_rate=-1", ["learning_rate"]),
    ("total_env_steps=10", ["total_env_steps"]),
  ]

  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.url.appendingPathComponent("small.yaml"))
    return folder
  }

  private func expectFailure(_ run: CommandRun, mentioning texts: [String]) {
    #expect(run.status != 0)
    #expect(run.output.isEmpty)
    for text in texts { #expect(run.errors.contains(text), "\(run.errors)") }
  }

  @Test(arguments: wrongValues) func aWrongValueIsNamedAndNothingIsWritten(set: String, mentions: [String]) throws {
    let folder = try folder()
    let run = try CommandRun(["train", "small.yaml", "--set", set, "--output", "result"], in: folder.url)
    expectFailure(run, mentioning: mentions)
    #expect(!FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("result").path))
  }

  /// oneDNN is told to do without the instructions.
  @Test(.enabled(if: TestDevice.profiles.contains(.host))) func mixedPrecisionNeedsInstructionsForIt() throws {
    let folder = try folder()
    let run = try CommandRun(
      ["train", "small.yaml", "--set", "precision=mixed", "--matmul", "host", "--output", "result"], in: folder.url,
      environment: ["ONEDNN_MAX_CPU_ISA": "AVX2"])
    expectFailure(run, mentioning: ["precision: mixed", "bfloat16", "precision: float32"])
    #expect(!FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("result/config.yaml").path))
  }

  @Test func aMissingConfigurationIsNamed() throws {
    let folder = try folder()
    expectFailure(try CommandRun(["train", "nowhere.yaml"], in: folder.url), mentioning: ["nowhere.yaml"])
  }

  @Test(arguments: [["--device", "99"], ["--device", "-1"], ["--device=-1"]])
  func aMissingDeviceIsNamed(option: [String]) throws {
    let folder = try folder()
    let run = try CommandRun(["train", "small.yaml"] + option + ["--output", "result"], in: folder.url)
    let number = try #require(option.last?.split(separator: "=").last)
    expectFailure(run, mentioning: ["Error: there is no Vulkan device \(number); choose 0", "crossplay devices"])
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("result").path))
  }

  @Test func negativeNumbersOfRunsAreRefusedInOneSentence() throws {
    let folder = try folder()
    let run = try CommandRun(["train", "small.yaml", "--wave-runs", "-1", "--output", "result"], in: folder.url)
    expectFailure(run, mentioning: ["Error: --wave-runs -1: expected at least 1"])
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
  }

  @Test func anUnknownMatrixProductIsRefused() throws {
    let folder = try folder()
    let run = try CommandRun(["train", "small.yaml", "--matmul", "abacus", "--output", "result"], in: folder.url)
    expectFailure(run, mentioning: ["abacus", "flat", "shared", "host"])
    #expect(!FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("result").path))
  }

  @Test func anUnknownTileIsRefused() throws {
    let folder = try folder()
    let run = try CommandRun(["train", "small.yaml", "--tiles", "square", "--output", "result"], in: folder.url)
    expectFailure(run, mentioning: ["square", "--tiles"])
    #expect(!FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("result").path))
  }

  @Test func aTileThatNoKernelHasIsRefused() throws {
    let folder = try folder()
    let run = try CommandRun(
      ["train", "small.yaml", "--matmul", "shared", "--tiles", "7x5", "--output", "result"], in: folder.url)
    expectFailure(run, mentioning: ["7x5", "4x4, 8x4, 4x8, 8x8"])
  }

  @Test func aMachineWithoutADriverIsTold() throws {
    let folder = try folder()
    let run = try CommandRun(
      ["devices"], in: folder.url,
      environment: ["VK_ICD_FILENAMES": "/nowhere.json", "VK_DRIVER_FILES": "/nowhere.json"])
    expectFailure(run, mentioning: ["install"])
  }

  @Test func aTrainingIsNeverOverwritten() throws {
    let folder = try folder()
    try #require(CommandRun(["train", "small.yaml", "--output", "result"], in: folder.url).status == 0)
    let before = try contents(of: folder.url.appendingPathComponent("result"))
    let again = try CommandRun(["train", "small.yaml", "--output", "result"], in: folder.url)
    expectFailure(again, mentioning: ["result", "resume it", "output folder"])
    let other = try CommandRun(
      ["train", "small.yaml", "--set", "gamma=0.5", "--output", "result", "--resume"], in: folder.url)
    expectFailure(other, mentioning: ["result/checkpoints/000008: gamma is 0.5 instead of 0.99"])
    #expect(try contents(of: folder.url.appendingPathComponent("result")) == before)
  }

  @Test func aCheckpointCutShortIsRefusedAndKept() throws {
    let folder = try folder()
    try #require(CommandRun(["train", "small.yaml", "--output", "result"], in: folder.url).status == 0)
    let state = folder.url.appendingPathComponent("result/checkpoints/000008/state.safetensors")
    let whole = try Data(contentsOf: state)
    try whole.prefix(whole.count / 2).write(to: state)
    let before = try contents(of: folder.url.appendingPathComponent("result"))
    for arguments in [
      ["evaluate", "result"], ["export", "result"], ["train", "small.yaml", "--output", "result", "--resume"],
    ] {
      expectFailure(try CommandRun(arguments, in: folder.url), mentioning: ["state.safetensors"])
    }
    #expect(try contents(of: folder.url.appendingPathComponent("result")) == before)
  }

  @Test func evaluatingWhatIsNoTrainingIsRefused() throws {
    let folder = try folder()
    expectFailure(try CommandRun(["evaluate", "."], in: folder.url), mentioning: ["holds no training"])
    expectFailure(
      try CommandRun(["train", "small.yaml", "--resume", "--output", "none"], in: folder.url),
      mentioning: ["holds no training to resume"])
  }

  @Test func wrongOptionsOfEvaluateAreNamed() throws {
    let folder = try folder()
    try #require(CommandRun(["train", "small.yaml", "--output", "result"], in: folder.url).status == 0)
    expectFailure(
      try CommandRun(["evaluate", "result", "--mode", "best"], in: folder.url), mentioning: ["best", "greedy"])
    for games in ["0", "-1"] {
      expectFailure(
        try CommandRun(["evaluate", "result", "--games", games], in: folder.url),
        mentioning: ["Error: --games \(games):"])
    }
    expectFailure(try CommandRun(["export", "result", "--run", "9"], in: folder.url), mentioning: ["no run 9"])
    #expect(!FileManager.default.fileExists(atPath: folder.url.appendingPathComponent("result/evaluation").path))
  }

  /// Every file below a folder with its bytes.
  private func contents(of folder: URL) throws -> [String: Data] {
    let files = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
    var contents: [String: Data] = [:]
    for file in files {
      contents[file] = FileManager.default.contents(atPath: folder.appendingPathComponent(file).path)
    }
    return contents
  }
}
