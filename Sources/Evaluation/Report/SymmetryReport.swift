import Figures
import Foundation
import Training

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
