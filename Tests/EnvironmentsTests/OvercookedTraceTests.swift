import Environments
import Foundation
import TestSupport
import Testing
import VulkanCompute

/// Recorded games of JaxMARL.
@Suite struct OvercookedTraceTests {
  @Test func everyLayoutHasARecording() {
    #expect(TraceReplayTests.files(of: "overcooked", in: TraceReplayTests.fixtures).count == 6)
  }

  @Test(arguments: TraceReplayTests.files(of: "overcooked", in: TraceReplayTests.fixtures))
  func recordedGamesOfOvercookedReplayWithoutADifference(file: String) throws {
    for profile in [DeviceProfile.software, .graphics] {
      let device = try TestDevice.make(profile: profile)
      let report = try TraceReplay.replay(file: file, device: device)
      #expect(report.agrees, "\(report)")
      #expect(report.shapedRewards == 2 * report.steps && report.steps >= 400)
      device.requireNoValidationMessages()
    }
  }

  @Test(arguments: TraceReplayTests.files(of: "overcooked", in: TraceReplayTests.recordings))
  func everyRecordedGameOfOvercookedReplaysWithoutADifference(file: String) throws {
    let device = try TestDevice.make()
    let report = try TraceReplay.replay(file: file, device: device)
    #expect(report.agrees, "\(report)")
    device.requireNoValidationMessages()
  }

  // MARK: What a replay finds and refuses

  private func replay(changing old: String, to new: String) throws -> TraceReport {
    let file = TraceReplayTests.fixtures.appending(path: "overcooked_cramped_room.json.gz").path
    let text = String(decoding: try TraceContents(file: file).data, as: UTF8.self)
    let changed = text.replacingOccurrences(of: old, with: new, range: text.range(of: old))
    #expect(changed != text)
    return try TraceReplay.replay(
      TraceContents(file: "games.json", data: Data(changed.utf8)), device: TestDevice.make())
  }

  @Test(arguments: [
    ("\"shaped\":[0.0,", "\"shaped\":[3.0,", "shaped reward agent_0"),
    ("\"reward\":[0.0,", "\"reward\":[20.0,", "reward"),
    ("\"inv\":[1,1]", "\"inv\":[1,3]", "inv"), ("\"v\":[1,", "\"v\":[2,", "observation agent_0"),
  ])
  func aChangedValueIsFound(old: String, new: String, field: String) throws {
    let report = try replay(changing: old, to: new)
    #expect(report.differences.contains { $0.field.contains(field) }, "\(report)")
  }

  @Test(arguments: [
    ("[\"WWPWW\",\"O0 1O\"", "[\"WWPWW\",\"O1 0O\"", "not cramped_room"),
    ("\"max_steps\":400", "\"max_steps\":0", "max_steps"),
    ("\"steps\":[{\"actions\":[", "\"steps\":[{\"actions\":[7,", "the actions"),
    ("\"pots\":[[2,0,23]]", "\"pots\":[[2,0,24]]", "no status"),
    ("\"pos\":[[1,1]", "\"pos\":[[0,0]", "no such cell"), ("\"inv\":[1,1]", "\"inv\":[1,2]", "holds 2"),
  ])
  func filesThatMakeNoSenseAreRefused(old: String, new: String, problem: String) throws {
    let error = #expect(throws: TraceError.self) { try replay(changing: old, to: new) }
    #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
  }
}
