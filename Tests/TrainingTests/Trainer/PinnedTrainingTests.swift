// Ten losses and the weights after them, of one small training of every kind, as they were when they were written down
// (Sources/Doctor/Recorded, for `crossplay doctor` too).
//
// Twins and other profiles cannot see a drift that all share. A change of rounding pins anew, in a commit of its own that
// says why: `CROSSPLAY_PIN=1 swift test --filter PinnedTrainingTests`.
import Doctor
import Foundation
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Training

@Suite(.serialized) struct PinnedTrainingTests {
  private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../Sources/Doctor/Recorded/pinned-trainings.json").standardizedFileURL

  /// By training and family, as the file stands.
  private static func pins() throws -> [String: PinnedTraining] {
    try JSONDecoder().decode([String: PinnedTraining].self, from: Data(contentsOf: file))
  }

  @Test func theDoctorKnowsThem() throws { #expect(try Recorded.embedded().pins == Self.pins()) }

  @Test(arguments: SmallTraining.pinned.keys.sorted(), [DeviceProfile.graphics] + TestDevice.computing)
  func tenLossesAndTheWeightsAreThoseWrittenDown(name: String, profile: DeviceProfile) throws {
    let device = try TestDevice.make(validation: .off, profile: profile)
    let configuration = try tinyConfiguration(try #require(SmallTraining.pinned[name]))
    let trainer = try Trainer(configuration: configuration, runs: configuration.runs, device: device)
    let losses = try trainer.train(updates: 10).map { $0[0].totalLoss }
    let weights = try trainer.weightHash(run: 0).description
    let (key, rounding) = ("\(name), \(profile.matrixMultiply.rawValue)", Self.rounding(device))
    if ProcessInfo.processInfo.environment["CROSSPLAY_PIN"] != nil {
      var pins = (try? Self.pins()) ?? [:]
      pins[key, default: PinnedTraining(losses: [], weights: [:])].losses = losses
      pins[key]?.weights[rounding] = weights
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return try encoder.encode(pins).write(to: Self.file)
    }
    let pin = try #require(try Self.pins()[key], "nothing is written down for \(key)")
    #expect(losses.count == pin.losses.count)
    for (found, expected) in zip(losses, pin.losses) { #expect(agree(found, Double(expected), within: 1e-3)) }
    if let expected = pin.weights[rounding] { #expect(weights == expected, "\(key) on \(rounding)") }
  }

  private static func rounding(_ device: Device) -> String {
    let flags = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let instructions = flags.contains(" avx512vl ") ? "AVX-512" : flags.contains(" avx2 ") ? "AVX2" : "other"
    let parts = [device.description.name, device.description.driver, device.products?.description, instructions]
    return parts.compactMap { $0 }.joined(separator: "; ")
  }
}
