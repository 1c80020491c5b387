import Foundation
import TestSupport
import Testing

/// One training on several devices: here the same device several times.
@Suite struct SeveralDevicesTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Data(smallConfiguration.utf8).write(to: folder.file("small.yaml"))
  }

  /// 60 updates of 4 runs, with a checkpoint every 4.
  private let long = ["--set", "total_env_steps=7680"]

  @discardableResult
  private func crossplay(_ arguments: [String], environment: [String: String] = [:]) throws -> CommandRun {
    let run = try CommandRun(arguments, in: folder.url, environment: environment)
    try #require(run.status == 0, "\(run.errors)")
    return run
  }

  private func lines(_ path: String) throws -> [String] {
    try String(contentsOf: folder.file("\(path)/metrics.jsonl"), encoding: .utf8).split(separator: "\n")
      .map { String($0).withoutTimes }
  }

  private func count(_ path: String) -> Int { (try? lines(path).count) ?? 0 }

  /// Metrics and exported policies, run by run.
  private func expectSameRuns(_ one: String, _ other: String) throws {
    #expect(try lines(one).sorted() == lines(other).sorted())
    for place in [one, other] { try crossplay(["export", place]) }
    let policies = try FileManager.default.contentsOfDirectory(atPath: folder.file("\(one)/policies").path)
    #expect(policies.count == 4)
    for policy in policies {
      let file = "policies/\(policy)/policy.safetensors"
      #expect(
        try Data(contentsOf: folder.file("\(one)/\(file)")) == Data(contentsOf: folder.file("\(other)/\(file)")),
        "\(policy)")
    }
  }

  @Test func aRunDoesNotDependOnWhichDeviceTrainsIt() throws {
    try crossplay(["train", "small.yaml", "--output", "one"])
    let run = try crossplay(["train", "small.yaml", "--output", "three", "--device", "0,0,0", "--json"])
    let result = try #require(try run.objects().first)
    #expect(result["devices"] as? Int == 3 && result["waves"] as? Int == 3)
    #expect(run.errors.contains("4 runs in waves of 1, 1, 2 on "), "\(run.errors)")
    try expectSameRuns("one", "three")

    // Waves that wait are taken by whichever device is free.
    try crossplay(
      ["train", "small.yaml", "--output", "waves", "--wave-runs", "1"], environment: ["CROSSPLAY_DEVICE": "0,0"])
    try expectSameRuns("one", "waves")
    let checkpoints = try FileManager.default.contentsOfDirectory(atPath: folder.file("waves/checkpoints").path)
    #expect(checkpoints.sorted() == (0...3).map { "runs-00\($0)-00\($0)" })
  }

  @Test func aTrainingGoesOnWithAnotherNumberOfDevices() throws {
    try crossplay(["train", "small.yaml", "--output", "whole"] + long)
    for (number, device) in [("stopped", "0"), ("more", "0,0,0")] {
      let training = try RunningCommand(
        ["train", "small.yaml", "--output", number, "--device", "0,0"] + long, in: folder.url)
      try training.wait { count(number) >= 20 }
      training.send(SIGTERM)
      #expect(training.end() == 143)
      #expect(
        training.errors.contains("of wave 1 of 2") || training.errors.contains("of wave 2 of 2"), "\(training.errors)")
      let before = count(number)
      #expect(before < 4 * 60)
      try crossplay(["train", "small.yaml", "--output", number, "--device", device, "--resume"] + long)
      try expectSameRuns("whole", number)
    }
  }

  /// Waves that were trained at once stand at different updates, so that lines to be written again lie between others.
  @Test func aKilledTrainingWritesEveryLineOnce() throws {
    try crossplay(["train", "small.yaml", "--output", "whole"] + long)
    let training = try RunningCommand(
      ["train", "small.yaml", "--output", "killed", "--device", "0,0"] + long, in: folder.url)
    try training.wait { count("killed") >= 4 * 30 }
    training.send(SIGKILL)
    _ = training.end()
    // One wave loses its checkpoints but the first of those that are kept.
    let place = folder.file("killed/checkpoints/runs-002-003")
    let checkpoints = try FileManager.default.contentsOfDirectory(atPath: place.path).filter { !$0.hasPrefix(".") }
    for name in checkpoints.sorted().dropFirst() {
      try FileManager.default.removeItem(at: place.appendingPathComponent(name))
    }
    try crossplay(["train", "small.yaml", "--output", "killed", "--resume"] + long)
    try expectSameRuns("whole", "killed")
  }

  @Test func devicesAreNamedByUUIDAndInTheEnvironment() throws {
    let devices = try crossplay(["devices", "--json"]).objects()
    let device = try #require(devices.first { ($0["missing"] as? [String])?.isEmpty == true })
    let keys: Set = ["index", "name", "kind", "driver", "uuid", "memory_bytes", "api_version"]
    #expect(keys.isSubset(of: Set(device.keys)))
    let uuid = try #require(device["uuid"] as? String)
    let options = ["train", "small.yaml", "--plan", "--json"]
    #expect(
      try crossplay(options + ["--device", uuid]).objects().first?["device"] as? String == device["name"] as? String)
    let environment = ["CROSSPLAY_DEVICE": "\(uuid),\(uuid)"]
    #expect(try crossplay(options, environment: environment).objects().first?["devices"] as? Int == 2)
    #expect(
      try crossplay(options + ["--device", "0"], environment: environment).objects().first?["devices"] as? Int == 1)

    let refused: [([String], [String: String], String)] = [
      (options + ["--device", "0,first"], [:], "--device 0,first: expected a device's number"),
      (options, ["CROSSPLAY_DEVICE": "best"], "CROSSPLAY_DEVICE=best: expected a device's number"),
      (["watch", "--environment", "hanabi", "--device", "0,0"], [:], "this command works on one device"),
    ]
    for (arguments, environment, mention) in refused {
      let run = try CommandRun(arguments, in: folder.url, environment: environment)
      #expect(run.status == 1 && run.errors.contains(mention), "\(run.errors)")
    }
  }

  @Test func thePlanSaysHowLongItTakes() throws {
    let text = try crossplay(["train", "small.yaml", "--plan", "--measure"])
    #expect(text.output.contains(/measured over \d+ updates: [0-9.]+ s each, about .* left/), "\(text.output)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("runs").path))

    let plan = try #require(
      try crossplay(["train", "small.yaml", "--plan", "--measure", "--json", "--device", "0,0"]).objects().first)
    let measured = try #require(plan["measurement"] as? [String: Any])
    let perUpdate = try #require(measured["seconds_per_update"] as? Double)
    let left = try #require(measured["seconds_left"] as? Double)
    #expect(perUpdate > 0 && abs(left - 8 * perUpdate) < 1e-9 * left)

    try crossplay(["train", "small.yaml", "--output", "done"])
    let done = try crossplay(["train", "small.yaml", "--output", "done", "--resume", "--plan", "--measure"])
    #expect(done.output.contains("nothing is left to train"), "\(done.output)")
    #expect(try CommandRun(["train", "small.yaml", "--measure"], in: folder.url).status == 64)
  }
}
