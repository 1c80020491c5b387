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
  @Test func everyFamilyIsKnown() throws {
    let device = try Device.chosen(nil, among: Device.all())
    let names = KernelFamily.all(on: device).map(\.name)
    #expect(names.starts(with: ["shared kernels", "flat kernels", "shared kernels, mixed precision"]))
    #expect(names.contains(KernelFamily.matrixUnits.name) == (device.kind == .cpu || device.hasCooperativeMatrices))
    #expect(names.contains("products on the host") == device.profile.hostComputes)
  }

  /// What one family comes to.
  private static func kernels(_ recorded: Recorded, mixed: Bool = false) throws -> Outcome {
    let device = try Device.chosen(nil, among: Device.all())
    let shared = try #require(KernelFamily.all(on: device).first)
    return try Patient(description: device, recorded: recorded, moreGames: []).kernels(mixed ? .sharedMixed : shared)
  }

  /// One number, off by a hundredth of the largest (an Adam step by a twentieth), in every part of an update.
  @Test(arguments: ["log-probabilities", "values", "advantages", "gradient", "Adam step"])
  func oneWrongNumberOfAnUpdateIsFoundOut(part: String) throws {
    let parts: [String: WritableKeyPath<RecordedUpdate, Floats>] = [
      "log-probabilities": \.logProbabilities, "values": \.values, "advantages": \.advantages, "gradient": \.gradient,
      "Adam step": \.step,
    ]
    let path = try #require(parts[part])
    var recorded = try Recorded.embedded()
    var update = try #require(recorded.updates["hanabi gru"])
    let largest = update[keyPath: path].numbers.map(abs).max() ?? 0
    update[keyPath: path].numbers[7] += (part == "Adam step" ? 0.05 : 0.01) * largest
    recorded.updates["hanabi gru"] = update
    let outcome = try Self.kernels(recorded)
    #expect(!outcome.isHealthy && outcome.sentence.contains("in the \(part) of hanabi gru"), "\(outcome.sentence)")
  }

  /// In 16 bits, too, a number that is wrong altogether is seen.
  @Test func aWrongGradientIsFoundOutInMixedPrecision() throws {
    var recorded = try Recorded.embedded()
    var update = try #require(recorded.updates["overcooked"])
    let largest = try #require(update.gradient.numbers.enumerated().max { abs($0.element) < abs($1.element) })
    update.gradient.numbers[largest.offset] *= 0.8
    recorded.updates["overcooked"] = update
    #expect(try !Self.kernels(recorded, mixed: true).isHealthy)
  }

  @Test func anotherActionIsFoundOut() throws {
    var recorded = try Recorded.embedded()
    recorded.updates["hanabi"]?.actions[0] ^= 1
    let outcome = try Self.kernels(recorded)
    #expect(!outcome.isHealthy && outcome.sentence.contains("1 of 144 actions of hanabi"), "\(outcome.sentence)")
  }

  @Test func anotherLossIsFoundOut() throws {
    var recorded = try Recorded.embedded()
    for key in recorded.pins.keys where key.hasPrefix("levers") { recorded.pins[key]?.losses[9] += 0.01 }
    let diagnosis = try Self.diagnose(recorded, .losses)
    #expect(!diagnosis.findings.isEmpty)
    #expect(diagnosis.findings.allSatisfy { !$0.isHealthy && $0.sentence.contains("(levers)") })
    #expect(!diagnosis.isHealthy && diagnosis.verdict.contains("is not to be trusted"))
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
