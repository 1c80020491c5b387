/// Curves and dots over one axis, with a legend, as SVG.
public struct LinePlot {
  /// The shape of a dot, so that curves can be told apart in grey, too.
  public enum Marker: CaseIterable, Sendable { case circle, square, triangle, diamond, cross }

  public struct Curve {
    /// Shown in the legend; curves without a label or with one that came before have no entry of their own.
    public var label: String?
    public var color: String
    public var dashes: String?
    public var width = 2.0
    public var opacity = 1.0
    /// In the order of x; a y that is not a number leaves a gap.
    public var points: [(x: Double, y: Double)]
    /// Half height of the band around each point, or of its bar where points are not joined; empty for none.
    public var errors: [Double] = []
    public var isJoined = true
    /// Radius of the dots; 0 for none.
    public var dotRadius = 0.0
    public var marker = Marker.circle
    /// Dots are outlines on white.
    public var isHollow = false
    /// Distance between dots in points, beginning at `firstDot`.
    public var dotInterval = 1
    public var firstDot = 0

    public init(label: String?, color: String, points: [(x: Double, y: Double)]) {
      (self.label, self.color, self.points) = (label, color, points)
    }
  }

  public var title: String
  public var subtitle = ""
  public var xTitle: String
  public var yTitle: String
  public var curves: [Curve]
  public var xScale = AxisScale.linear
  /// nil for round numbers.
  public var xTicks: [Double]?
  /// How positions on the x axis are written; nil for as many digits as neighbours need.
  public var xLabel: ((Double) -> String)?
  /// What the x axis shows at least; nil for what the curves need.
  public var xRange: ClosedRange<Double>?
  /// nil for what the curves need.
  public var yRange: ClosedRange<Double>?
  /// Vertical lines with a name.
  public var markers: [(x: Double, label: String)] = []
  /// A line at y = 0, which then is in the range.
  public var marksZero = false
  /// Draws points of several curves at the same x side by side.
  public var standsApart = false

  public init(title: String, xTitle: String, yTitle: String, curves: [Curve]) {
    (self.title, self.xTitle, self.yTitle, self.curves) = (title, xTitle, yTitle, curves)
  }

  /// Blue, vermilion, green, purple, orange, sky, black of Okabe and Ito: told apart with any kind of colour vision.
  public static let colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]
  /// Patterns that tell curves apart without colour; nil is a whole line.
  public static let dashes: [String?] = [nil, "7 3", "2 2.5", "9 3 2 3", "4 2"]

  /// nil where no curve has a point.
  public func svg() -> String? {
    var panel = self
    (panel.title, panel.subtitle) = ("", "")
    var grid = PlotGrid(title: title, subtitle: subtitle, panels: [panel], columns: 1)
    grid.panelSize = (480, 320)
    return grid.svg()
  }

  /// What the y axis must show: curves with their errors; nil without any.
  public var dataRange: ClosedRange<Double>? {
    var values: [Double] = marksZero ? [0] : []
    for curve in curves {
      for (i, point) in curve.points.enumerated() where point.y.isFinite {
        let error = curve.errors.isEmpty || !curve.errors[i].isFinite ? 0 : curve.errors[i]
        values += [point.y - error, point.y + error]
      }
    }
    guard let low = values.min(), let high = values.max() else { return nil }
    return low...high
  }
}
