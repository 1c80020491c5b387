import Configuration
import Figures
import Foundation
import Training
import VulkanCompute

/// How far policies are from equivariant, as files: one row (CSV) or object (JSON) per run and family of symmetries.
public enum SymmetryReport {
  public static func csv(_ equivariance: [RunEquivariance]) -> String {
    var csv = CSV(
      header: [
        "run", "configuration", "family", "symmetries", "decisions", "divergence", "total_variation",
        "greedy_agreement",
      ])
    for entry in equivariance {
      csv.append([
        entry.run.name, entry.run.configuration, entry.family, "\(entry.symmetries)", "\(entry.sums.decisions)",
        entry.divergence.field, entry.totalVariation.field, entry.greedyAgreement.field,
      ])
    }
    return csv.text
  }

  /// For the terminal: one row per configuration and family of symmetries; nothing where none was measured.
  static func table(_ summary: EvaluationSummary) -> String {
    guard isMeasured(summary) else { return "" }
    var table = TextTable(
      header: ["configuration", "symmetries", "divergence", "total variation", "greedy agreement"])
    for row in summary.configurations {
      for (family, measured) in (row.equivariance ?? [:]).sorted(by: { $0.key < $1.key }) {
        table.append([
          row.configuration, "\(family) (\(measured.symmetries))", SummaryReport.text(measured.divergence, digits: 4),
          SummaryReport.text(measured.totalVariation, digits: 4),
          SummaryReport.text(measured.greedyAgreement, digits: 3),
        ])
      }
    }
    return table.text + "\n"
  }

  /// What the columns of `table` mean.
  static func note(_ summary: EvaluationSummary) -> String {
    guard isMeasured(summary) else { return "" }
    return """
      Divergence (KL, nats), total variation and part of equal greedy actions: a policy on
      its own games, sampled, against itself on symmetric images of them, error over runs.

      """
  }

  private static func isMeasured(_ summary: EvaluationSummary) -> Bool {
    summary.configurations.contains { $0.equivariance != nil }
  }

  private struct Entry: Encodable {
    let run: String
    let configuration: String
    let family: String
    let symmetries: Int
    let decisions: Int
    let divergence: Double?
    let totalVariation: Double?
    let greedyAgreement: Double?

    enum CodingKeys: String, CodingKey {
      case run, configuration, family, symmetries, decisions, divergence
      case totalVariation = "total_variation"
      case greedyAgreement = "greedy_agreement"
    }
  }

  public static func json(_ equivariance: [RunEquivariance]) throws -> Data {
    try ReportJSON.encode(
      equivariance.map { entry in
        Entry(
          run: entry.run.name, configuration: entry.run.configuration, family: entry.family,
          symmetries: entry.symmetries, decisions: entry.sums.decisions, divergence: entry.divergence,
          totalVariation: entry.totalVariation, greedyAgreement: entry.greedyAgreement)
      })
  }
}
