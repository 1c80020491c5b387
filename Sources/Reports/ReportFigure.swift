import Configuration
import Evaluation
import Foundation
import Training

/// A figure of a report: in the page, and as a file beside it.
public struct ReportFigure: Sendable {
  public let file: String
  public let svg: String
  let caption: String
  /// Begins a part of the page.
  var heading: String?
  /// What the page shows until a reader opens the figure; nil where it is open.
  var summary: String?

  init?(file: String, svg: String?, heading: String? = nil, summary: String? = nil, caption: String) {
    guard let svg else { return nil }
    (self.file, self.svg, self.heading, self.summary, self.caption) = (file, svg, heading, summary, caption)
  }
}

extension ReportContents {
  /// In the order of the page.
  public var figures: [ReportFigure] {
    var figures: [ReportFigure?] = []
    if let evaluation {
      let summary = evaluation.summary
      let axis = SweptAxis(summary)
      let modes = evaluation.matrices.map(\.mode.description).joined(separator: ", ")
      figures.append(
        ReportFigure(
          file: "\(axis.fileName).svg", svg: SweepPlot.svg(summary, title: "\(title): self-play and cross-play"),
          heading: "Over the \(axis.title)",
          caption:
            "Self-play (SP, circles) and cross-play over all teams of distinct seeds (XP, squares), \(modes), over "
            + "the \(axis.title); bands and bars are ±1 standard error (SP: over seeds; XP: by bootstrap over seeds)."))
      figures.append(
        ReportFigure(
          file: "gap.svg", svg: SweepPlot.gap(summary, title: "\(title): self-play minus cross-play"),
          caption:
            "SP − XP: what a run loses with a partner that was trained from another seed; 0 means that strangers "
            + "play as well together as with themselves. Bands and bars are ±1 standard error by bootstrap over seeds.")
      )
      let range = HeatMap.range(evaluation.matrices)
      let first = EvaluationMode.panels(of: evaluation.matrices.map(\.mode)).first ?? []
      for (i, matrix) in evaluation.matrices.enumerated() {
        figures.append(
          ReportFigure(
            file: "matrix-\(matrix.mode).svg",
            svg: HeatMap.svg(matrix, title: "\(title): cross-play matrix, \(matrix.mode)", range: range),
            heading: i == 0 ? "Cross-play matrices" : nil,
            summary: first.contains(i) ? nil : "Matrix: \(matrix.mode)",
            caption:
              "Mean return of every run in seat 0 (rows) with every run in seat 1 (columns), \(matrix.mode), ordered "
              + "by configuration, then seed; the diagonal is self-play. All maps have one colour scale."))
      }
    }
    figures.append(
      ReportFigure(
        file: "cross_play_curves.svg",
        svg: crossPlayCurves.svg(title: "\(title): self-play and cross-play over training"),
        heading: "Self-play and cross-play over training",
        caption: "Games of the policies at several updates: self-play (mean over the seeds of each configuration) and "
          + "cross-play over all teams of distinct seeds, bands ±1 standard error (self-play: over seeds; cross-play: by "
          + "bootstrap over seeds)."))
    if !curves.isEmpty {
      figures.append(
        ReportFigure(
          file: "learning_curves.svg", svg: LearningCurvesFigure.means(curves, title: "\(title): learning curves"),
          heading: "Learning curves",
          caption: "Training over env steps: mean over the seeds of each configuration, bands ±1 standard error over "
            + "seeds. Actions are sampled; returns are the game's own, without shaping."))
      figures.append(
        ReportFigure(
          file: "learning_curves_seeds.svg",
          svg: LearningCurvesFigure.seeds(curves, title: "\(title): every seed"),
          caption: "The return of every seed (thin) and their mean (thick), on one scale."))
    }
    return figures.compactMap(\.self)
  }
}
