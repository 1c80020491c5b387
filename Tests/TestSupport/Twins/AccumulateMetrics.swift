/// Float64 twin of Shaders/PPO/accumulate_metrics.comp: adds the rows of a chunk to every sum.
public enum AccumulateMetrics {
  /// - Parameter rowStatistics: (METRIC_ROW_SUMS, rows)
  public static func add(_ rowStatistics: [[Double]], to metrics: [Double]) -> [Double] {
    zip(metrics, rowStatistics).map { $0 + $1.reduce(0, +) }
  }
}
