// Plots as SVG.
import Figures
import Foundation
import Testing

@Suite struct LinePlotTests {
  private func plot(_ change: (inout LinePlot) -> Void = { _ in }) -> LinePlot {
    var curve = LinePlot.Curve(label: "a < b", color: LinePlot.colors[0], points: [(0.01, 1), (1, 3)])
    curve.errors = [0.5, 0.5]
    var plot = LinePlot(title: "title", xTitle: "time", yTitle: "return", curves: [curve])
    change(&plot)
    return plot
  }

  @Test func aPlotNamesAxesAndCurves() throws {
    let svg = try #require(plot { $0.markers = [(0.5, "here")] }.svg())
    for text in ["title", "time", "return", "a &lt; b", "here", "<polygon"] { #expect(svg.contains(text), "\(text)") }
  }

  @Test func logarithmicAxesHaveDecades() throws {
    let svg = try #require(plot { $0.xScale = .logarithmic }.svg())
    for text in [">0.01<", ">0.1<", ">1<", "(logarithmic)"] { #expect(svg.contains(text), "\(text)") }
    #expect(AxisTicks.decades(1e-8...1e8, count: 8) == [1e-8, 1e-5, 1e-2, 1e1, 1e4, 1e7])
  }

  @Test func repeatedLabelsHaveOneEntry() throws {
    let svg = try #require(plot { $0.curves += $0.curves }.svg())
    #expect(svg.components(separatedBy: "a &lt; b").count == 2)
  }

  @Test func nothingToDrawIsNoDrawing() {
    #expect(LinePlot(title: "t", xTitle: "x", yTitle: "y", curves: []).svg() == nil)
  }
}
