import CShaders
import Configuration

/// What the device summed up over an update of one run, or over several: what the means of a line of metrics are made of.
///
/// In float64, so that sums over thousands of updates are as good as one.
public struct MetricSums: Sendable, Equatable {
  /// Numbers of one run's sums in a checkpoint: `METRIC_…` and the total loss.
  public static let wordCount = Int(RUN_SCALARS) + 1

  /// `METRIC_…`; those that are no sums on the device are added up, too.
  private(set) var values: [Double]
  /// Sum over updates of the mean total loss.
  private(set) var totalLoss: Double
  /// How many updates are summed up.
  public private(set) var updates: Int

  /// - Parameters:
  ///   - block: The run's block of `METRIC_…` of one update.
  ///   - rows: Rows of all its epochs: T * N * A * epochs.
  init(_ block: some Collection<Float>, run: RunConfiguration, rows: Int) {
    values = block.map(Double.init)
    updates = 1
    totalLoss = 0
    func mean(_ metric: UInt32) -> Double { self[metric] / Double(rows) }
    totalLoss =
      mean(METRIC_POLICY_LOSS) + run.hyperparameters.valueCoefficient * mean(METRIC_VALUE_LOSS)
      - self[METRIC_ENTROPY_COEFFICIENT] * mean(METRIC_ENTROPY)
  }

  subscript(metric: UInt32) -> Double { values[Int(metric)] }

  static func += (sums: inout MetricSums, other: MetricSums) {
    for place in sums.values.indices { sums.values[place] += other.values[place] }
    sums.totalLoss += other.totalLoss
    sums.updates += other.updates
  }

  /// As a checkpoint holds them.
  ///
  /// - Parameter words: As many as `wordCount`.
  public init(words: some Collection<Double>, updates: Int) {
    precondition(words.count == Self.wordCount)
    values = Array(words.dropLast())
    totalLoss = words[words.index(words.startIndex, offsetBy: words.count - 1)]
    self.updates = updates
  }

  /// `wordCount` numbers.
  public var words: [Double] { values + [totalLoss] }
}
