// A healthy device is found healthy; a result that is other than the recorded one, by as much as a wrong kernel, is found out.
import Environments
import Foundation
import TestSupport
import Testing
import VulkanCompute

@testable import Doctor

@Suite(.serialized) struct DoctorTests {
  private static func diagnose(_ recorded: Recorded, _ check: Doctor.Check) throws -> Diagnosis {
    try Doctor(device: nil, recorded: recorded).examine([check])
  }

  @Test(arguments: [Doctor.Check.device, .games, .kernels, .determinism, .matrixUnits, .speed])
  func aDeviceThatComputesWhatItShouldIsHealthy(check: Doctor.Check) throws {
    let diagnosis = try Self.diagnose(.embedded(), check)
    #expect(!diagnosis.findings.isEmpty)
    for finding in diagnosis.findings {
      #expect(finding.isHealthy && finding.check == check, "\(finding.subject): \(finding.sentence)")
    }
    #expect(diagnosis.isHealthy && diagnosis.verdict.contains("computes what it should"))
  }

  /// Every family that computes here is asked.
  @Test func everyFamilyIsHeldAgainstFloat64() throws {
    let subjects = try Self.diagnose(.embedded(), .kernels).findings.map(\.subject)
    #expect(subjects.starts(with: ["shared kernels", "flat kernels", "shared kernels, mixed precision"]))
    let device = try Device.chosen(nil, among: Device.all())
    #expect(
      subjects.contains("matrix units, mixed precision") == (device.kind == .cpu || device.hasCooperativeMatrices))
    #expect(subjects.contains("products on the host") == device.profile.hostComputes)
  }

  /// One number in a thousand, off by a hundredth of the largest, in every part of an update.
  @Test(arguments: ["logProbabilities", "values", "advantages", "gradient", "step"])
  func oneWrongNumberOfAnUpdateIsFoundOut(part: String) throws {
    let parts: [String: WritableKeyPath<RecordedUpdate, Floats>] = [
      "logProbabilities": \.logProbabilities, "values": \.values, "advantages": \.advantages, "gradient": \.gradient,
      "step": \.step,
    ]
    let path = try #require(parts[part])
    var recorded = try Recorded.embedded()
    var update = try #require(recorded.updates["hanabi gru"])
    let largest = update[keyPath: path].numbers.map(abs).max() ?? 0
    update[keyPath: path].numbers[7] += (part == "step" ? 0.05 : 0.01) * largest
    recorded.updates["hanabi gru"] = update
    let diagnosis = try Self.diagnose(recorded, .kernels)
    let exact = diagnosis.findings.filter { !$0.subject.contains("mixed") }
    #expect(exact.count >= 2 && exact.allSatisfy { !$0.isHealthy && $0.sentence.contains("of hanabi gru") })
    #expect(!diagnosis.isHealthy && diagnosis.verdict.contains("is not to be trusted"))
  }

  /// In 16 bits, too, a number that is wrong altogether is seen.
  @Test func aWrongGradientIsFoundOutInMixedPrecision() throws {
    var recorded = try Recorded.embedded()
    var update = try #require(recorded.updates["overcooked"])
    let largest = update.gradient.numbers.enumerated().max { abs($0.element) < abs($1.element) }
    update.gradient.numbers[try #require(largest).offset] *= 0.8
    recorded.updates["overcooked"] = update
    #expect(try Self.diagnose(recorded, .kernels).findings.allSatisfy { !$0.isHealthy })
  }

  @Test func anotherActionIsFoundOut() throws {
    var recorded = try Recorded.embedded()
    recorded.updates["hanabi"]?.actions[0] ^= 1
    let findings = try Self.diagnose(recorded, .kernels).findings
    #expect(findings.allSatisfy { !$0.isHealthy && $0.sentence.contains("1 of 144 actions of hanabi") })
  }

  @Test func anotherLossIsFoundOut() throws {
    var recorded = try Recorded.embedded()
    for key in recorded.pins.keys where key.hasPrefix("levers") { recorded.pins[key]?.losses[9] += 0.01 }
    let findings = try Self.diagnose(recorded, .losses).findings
    #expect(!findings.isEmpty && findings.allSatisfy { !$0.isHealthy && $0.sentence.contains("(levers)") })
  }

  /// A recording of other rewards.
  @Test func anotherGameIsFoundOut() throws {
    let file = try #require(try Recorded.embedded().games.first { $0.key.hasPrefix("hanabi") })
    let text = String(decoding: try TraceContents(file: file.key, data: file.value).data, as: UTF8.self)
    let other = text.replacing("\"reward\":1.0", with: "\"reward\":2.0", maxReplacements: 1)
    #expect(other != text)
    let recorded = Recorded(updates: [:], pins: [:], games: ["other.json": Data(other.utf8), file.key: file.value])
    let findings = try Self.diagnose(recorded, .games).findings
    #expect(findings.map(\.isHealthy) == [true, false], "\(findings.map(\.sentence))")
  }

  @Test func whatCannotBeReadIsAFinding() throws {
    let recorded = Recorded(updates: [:], pins: [:], games: ["half.json.gz": Data([0x1f, 0x8b, 8, 0])])
    for check in [Doctor.Check.games, .kernels, .losses] {
      let diagnosis = try Self.diagnose(recorded, check)
      #expect(!diagnosis.findings.isEmpty && diagnosis.findings.allSatisfy { !$0.isHealthy })
    }
  }
}
