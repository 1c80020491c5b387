// `crossplay doctor`: whether a device computes what it should, in a minute or two, from what the binary holds alone.
import Environments
import Foundation
import VulkanCompute

/// Examines one device.
public struct Doctor {
  /// In this order: what is cheap and telling comes first.
  public enum Check: String, CaseIterable, Sendable, Encodable {
    /// Limits and features.
    case device
    /// Recorded games of reference implementations are played again.
    case games
    /// One update by every kernel family, against float64.
    case kernels
    /// Ten losses of small trainings, against those written down.
    case losses
    /// A training twice.
    case determinism
    /// Matrix units on and off.
    case matrixUnits = "matrix-units"
    /// Games and a training, for a moment.
    case speed
  }

  let device: DeviceSelector?
  let recorded: Recorded
  let moreGames: [String]

  /// - Parameters:
  ///   - device: nil takes the best usable one.
  ///   - moreGames: Files of recorded games beside those in the binary.
  public init(device: DeviceSelector?, moreGames: [String] = []) throws {
    self.init(device: device, recorded: try .embedded(), moreGames: moreGames)
  }

  /// - Parameter recorded: What results should be.
  package init(device: DeviceSelector?, recorded: Recorded, moreGames: [String] = []) {
    (self.device, self.recorded, self.moreGames) = (device, recorded, moreGames)
  }

  /// Makes the checks, in their order; the others only where the device has what the engine needs.
  ///
  /// - Parameter report: Takes every finding as soon as it is there.
  /// - Throws: `VulkanError` where there is no such device. Whatever goes wrong in a check is a finding.
  public func examine(
    _ checks: Set<Check> = Set(Check.allCases), report: (Finding) throws -> Void = { _ in }
  ) throws -> Diagnosis {
    let description = try Device.chosen(device, among: Device.all())
    let patient = Patient(description: description, recorded: recorded, moreGames: moreGames)
    var findings: [Finding] = []
    for check in Check.allCases where checks.contains(check) {
      guard description.missing.isEmpty || check == .device else { continue }
      for examination in patient.examinations(check) {
        let finding = Finding(check, examination)
        findings.append(finding)
        try report(finding)
      }
    }
    return Diagnosis(description, findings: findings)
  }
}

/// What can be found out by itself.
struct Examination {
  let subject: String
  let body: () throws -> Outcome

  init(_ subject: String, _ body: @escaping () throws -> Outcome) { (self.subject, self.body) = (subject, body) }
}

/// A sentence, and the numbers behind it.
struct Outcome {
  let isHealthy: Bool
  let sentence: String
  var numbers: [String: Double] = [:]
}

/// What one examination came to.
public struct Finding: Encodable, Sendable {
  public let check: Doctor.Check
  /// For example "shared kernels", "hanabi-tiny.json.gz".
  public let subject: String
  public let isHealthy: Bool
  /// One sentence.
  public let sentence: String
  /// What was measured, by name: differences, tolerances, rates.
  public let numbers: [String: Double]
  public let seconds: Double

  init(_ check: Doctor.Check, _ examination: Examination) {
    let start = ContinuousClock.now
    let outcome: Outcome
    do {
      outcome = try examination.body()
    } catch {
      outcome = Outcome(isHealthy: false, sentence: "it failed: \(error)")
    }
    self.check = check
    subject = examination.subject
    isHealthy = outcome.isHealthy
    sentence = outcome.sentence
    numbers = outcome.numbers
    seconds = (ContinuousClock.now - start).inSeconds
  }
}

/// All findings on a device.
public struct Diagnosis: Encodable, Sendable {
  public let device: String
  public let driver: String
  public let apiVersion: String
  public let profile: String
  public let findings: [Finding]
  public let isHealthy: Bool
  /// One sentence.
  public let verdict: String

  init(_ device: DeviceDescription, findings: [Finding]) {
    self.device = device.name
    driver = device.driver
    apiVersion = device.apiVersion
    profile = device.profile.description
    self.findings = findings
    let ill = findings.filter { !$0.isHealthy }
    isHealthy = ill.isEmpty
    verdict =
      ill.isEmpty
      ? "\(device.name) computes what it should: all of \(findings.count) checks passed"
      : "\(device.name) is not to be trusted: \(ill.count) of \(findings.count) checks failed ("
        + ill.map(\.subject).joined(separator: ", ") + ")"
  }
}
