/// Curves and dots over one axis, with a legend, as SVG.
public struct LinePlot {
  public struct Curve {
    /// Shown in the legend; curves without a label or with one that came before have no entry of their own.
    public var label: String?
    public var color: String
    public var dashes: String?
    public var width = 2.0
    public var opacity = 1.0
    /// In the order of x.
    public var points: [(x: Double, y: Double)]
    /// Half height of the band around each point; empty for none.
    public var errors: [Double] = []
    public var isJoined = true
    /// Radius of the dots; 0 for none.
    public var dotRadius = 0.0

    public init(label: String?, color: String, points: [(x: Double, y: Double)]) {
      (self.label, self.color, self.points) = (label, color, points)
    }
  }

  public var title: String
  public var subtitle = ""
  public var xTitle: String
  public var yTitle: String
  public var curves: [Curve]
  public var isLogarithmic = false
  /// nil for round numbers.
  public var xTicks: [Double]?
  /// How the places on the x axis are written; nil for as many digits as neighbours need.
  public var xLabel: ((Double) -> String)?
  /// Vertical lines with a name.
  public var markers: [(x: Double, label: String)] = []

  public init(title: String, xTitle: String, yTitle: String, curves: [Curve]) {
    (self.title, self.xTitle, self.yTitle, self.curves) = (title, xTitle, yTitle, curves)
  }

  /// Blue, vermilion, green, purple, orange, sky, black of Okabe and Ito: told apart with any kind of colour vision.
  public static let colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]

  /// nil where no curve has a point.
  public func svg() -> String? { LinePlotDrawing(self)?.draw() }
}
