import Environments
import Foundation
import TestSupport
import Testing
import VulkanCompute

@Suite struct TraceReplayTests {
  /// Some episodes of every recording, in the repository.
  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

  /// All recordings, where they are present: `CROSSPLAY_TRACES`, or a folder beside the repository.
  static let recordings =
    ProcessInfo.processInfo.environment["CROSSPLAY_TRACES"].map { URL(fileURLWithPath: $0) }
    ?? URL(fileURLWithPath: #filePath).appending(path: "../../../../shared/traces").standardized

  static func files(of game: String, in folder: URL) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { name in
      // Not those of games whose names go on from this one.
      let longer = EnvironmentRegistry.names.filter { $0.hasPrefix("\(game)_") }
      return name.hasPrefix("\(game)_") && name.hasSuffix(".json.gz") && !longer.contains { name.hasPrefix("\($0)_") }
    }.sorted()
      .map { folder.appending(path: $0).path }
  }

  @Test(arguments: files(of: "hanabi", in: fixtures))
  func recordedGamesOfHanabiReplayWithoutADifference(file: String) throws {
    for profile in [DeviceProfile.software, .graphics] {
      let device = try TestDevice.make(profile: profile)
      let report = try TraceReplay.replay(file: file, device: device)
      #expect(report.agrees, "\(report)")
      #expect(report.episodes > 0 && report.observationValues > 1000)
      device.requireNoValidationMessages()
    }
  }

  @Test(arguments: files(of: "hanabi", in: recordings))
  func everyRecordedGameOfHanabiReplaysWithoutADifference(file: String) throws {
    let device = try TestDevice.make()
    let report = try TraceReplay.replay(file: file, device: device)
    #expect(report.agrees, "\(report)")
    device.requireNoValidationMessages()
  }

  // MARK: What a replay finds and refuses

  /// A small recording as text, to be damaged.
  private func recording() throws -> String {
    let file = Self.fixtures.appending(path: "hanabi_verysmall2.json.gz").path
    return String(decoding: try TraceContents(file: file).data, as: UTF8.self)
  }

  private func replay(_ text: String, device: Device) throws -> TraceReport {
    try TraceReplay.replay(TraceContents(file: "games.json", data: Data(text.utf8)), device: device)
  }

  @Test(arguments: [
    ("\"reward\":0.0", "\"reward\":0.5", "reward"), ("\"life\":1", "\"life\":2", "life"),
    ("\"deck_left\":6", "\"deck_left\":5", "deck_left"), ("\"v\":[0.3,", "\"v\":[0.31,", "knowledge"),
    ("\"agent_1\":[10]", "\"agent_1\":[9]", "legal agent_1"), ("\"done\":false", "\"done\":true", "done"),
    ("\"know\":[[\"1f\"", "\"know\":[[\"1e\"", "know"),
  ])
  func aChangedValueIsFound(old: String, new: String, field: String) throws {
    let text = try recording()
    let changed = text.replacingOccurrences(of: old, with: new, range: text.range(of: old))
    #expect(changed != text)
    let report = try replay(changed, device: TestDevice.make())
    #expect(!report.agrees)
    #expect(report.differences.contains { $0.field.contains(field) }, "\(report)")
    #expect(report.description.contains("games.json: episode"))
  }

  @Test func aTruncatedFileIsRefusedByName() throws {
    let file = Self.fixtures.appending(path: "hanabi_small2.json.gz").path
    let whole = try Data(contentsOf: URL(fileURLWithPath: file))
    for count in [whole.count - 1, whole.count / 2, 20] {
      let error = #expect(throws: TraceError.self) {
        try TraceContents(file: "half.json.gz", data: whole.prefix(count))
      }
      #expect(error?.description.contains("half.json.gz: ") == true && error?.problem.contains("truncated") == true)
    }
    let text = try recording()
    let error = #expect(throws: TraceError.self) { try replay(String(text.prefix(900)), device: TestDevice.make()) }
    #expect(error?.description.contains("games.json") == true)
  }

  @Test(arguments: [
    ("\"format\":2", "\"format\":3", "format 3"), ("\"env\":\"hanabi\"", "\"env\":\"bridge\"", "bridge"),
    ("\"players\":2", "\"players\":9", "players"), ("\"deck\":[[", "\"deck\":[[0,7],[", "not a card"),
    ("\"hand_size\":2", "\"hand_syze\":2", "hand_size"), ("\"action\":2", "\"action\":99", "action 99"),
  ])
  func filesThatMakeNoSenseAreRefused(old: String, new: String, problem: String) throws {
    let text = try recording()
    let changed = text.replacingOccurrences(of: old, with: new, range: text.range(of: old))
    #expect(changed != text)
    let error = #expect(throws: TraceError.self) { try replay(changed, device: TestDevice.make()) }
    #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
  }

  @Test func aMissingFileIsRefusedByName() {
    let error = #expect(throws: TraceError.self) { try TraceContents(file: "nowhere.json") }
    #expect(error?.description.contains("nowhere.json") == true)
  }
}
