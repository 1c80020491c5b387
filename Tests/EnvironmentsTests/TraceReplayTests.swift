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

  static func hanabiFiles(in folder: URL) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasPrefix("hanabi_") && $0.hasSuffix(".json.gz") }.sorted()
      .map { folder.appending(path: $0).path }
  }

  @Test(arguments: hanabiFiles(in: fixtures))
  func recordedGamesOfHanabiReplayWithoutADifference(file: String) throws {
    for profile in [DeviceProfile.software, .graphics] {
      let device = try TestDevice.make(profile: profile)
      let report = try TraceReplay.replay(file: file, device: device)
      #expect(report.agrees, "\(report)")
      #expect(report.episodes > 0 && report.observationValues > 1000)
      device.requireNoValidationMessages()
    }
  }

  @Test(arguments: hanabiFiles(in: recordings))
  func everyRecordedGameOfHanabiReplaysWithoutADifference(file: String) throws {
    let device = try TestDevice.make()
    let report = try TraceReplay.replay(file: file, device: device)
    print(report)
    #expect(report.agrees, "\(report)")
    device.requireNoValidationMessages()
  }
}
