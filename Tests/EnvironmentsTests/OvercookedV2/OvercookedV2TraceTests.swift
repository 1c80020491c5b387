import Environments
import Foundation
import TestSupport
import Testing
import VulkanCompute

/// Recorded games of JaxMARL.
@Suite struct OvercookedV2TraceTests {
  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

  @Test func everyRecordingIsThereInPart() {
    #expect(TraceReplayTests.files(of: "overcooked_v2", in: Self.fixtures).count == 12)
  }

  @Test(arguments: TraceReplayTests.files(of: "overcooked_v2", in: fixtures))
  func recordedGamesOfOvercookedV2ReplayWithoutADifference(file: String) throws {
    for profile in [DeviceProfile.software, .graphics] {
      let device = try TestDevice.make(profile: profile)
      let report = try TraceReplay.replay(file: file, device: device)
      #expect(report.agrees, "\(report)")
      #expect(report.shapedRewards == report.rewards && report.steps >= 60)
      device.requireNoValidationMessages()
    }
  }

  @Test(arguments: TraceReplayTests.files(of: "overcooked_v2", in: TraceReplayTests.recordings))
  func everyRecordedGameOfOvercookedV2ReplaysWithoutADifference(file: String) throws {
    let device = try TestDevice.make()
    let report = try TraceReplay.replay(file: file, device: device)
    #expect(report.agrees, "\(report)")
    device.requireNoValidationMessages()
  }

  // MARK: What a replay finds and refuses

  private func replay(changing old: String, to new: String) throws -> TraceReport {
    let file = Self.fixtures.appending(path: "overcooked_v2_grounded_coord_ring_view2_permuted.json.gz").path
    let text = String(decoding: try TraceContents(file: file).data, as: UTF8.self)
    let changed = text.replacingOccurrences(of: old, with: new, range: text.range(of: old))
    #expect(changed != text)
    return try TraceReplay.replay(
      TraceContents(file: "games.json", data: Data(changed.utf8)), device: TestDevice.make())
  }

  @Test(arguments: [
    ("\"shaped\":[0.0,", "\"shaped\":[3.0,", "shaped reward agent_0"),
    ("\"reward\":[0.0,", "\"reward\":[20.0,", "reward"), ("\"drawn\":1", "\"drawn\":0", "recipe"),
    ("\"delivered\":true", "\"delivered\":false", "delivered"), ("\"v\":[1,", "\"v\":[2,", "observation agent_0"),
  ])
  func aChangedValueIsFound(old: String, new: String, field: String) throws {
    let report = try replay(changing: old, to: new)
    #expect(report.differences.contains { $0.field.contains(field) }, "\(report)")
  }

  @Test(arguments: [
    ("\"WWW2R2WWW\",\"W       W\"", "\"WWW2R2WWW\",\"W      WW\"", "not those of grounded_coord_ring"),
    ("\"possible_recipes\":[[0,0,0]", "\"possible_recipes\":[[0,0,1]", "not those of grounded_coord_ring"),
    ("\"possible_recipes\":[[0,0,0]", "\"possible_recipes\":[[0,0]", "not a list of 3 ingredients"),
    ("\"steps\":[{\"actions\":[", "\"steps\":[{\"actions\":[7,", "the actions"),
    ("\"drawn\":1", "\"drawn\":2", "no recipe 2"), ("\"inv\":[0,0]", "\"inv\":[0,256]", "256 is not an item"),
    ("\"perm\":[[", "\"perm\":[[0,", "permutations"), ("\"dir\":[", "\"dir\":[4,", "2 cooks"),
  ])
  func filesThatMakeNoSenseAreRefused(old: String, new: String, problem: String) throws {
    let error = #expect(throws: TraceError.self) { try replay(changing: old, to: new) }
    #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
  }
}
