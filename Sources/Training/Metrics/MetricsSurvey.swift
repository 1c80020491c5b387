/// Which updates of which runs a `metrics.jsonl` has lines for.
public struct MetricsSurvey: Sendable {
  /// Updates without a line, and how many runs lack them.
  public struct Gap: Sendable, Hashable {
    public let updates: ClosedRange<Int>
    public let runs: Int
  }

  private var last: [Int: Int] = [:]
  private var missing: [ClosedRange<Int>: Int] = [:]

  public init() {}

  /// - Throws: `MetricsWriter.Failure` where the file cannot be read.
  public init(of path: String) throws {
    _ = try MetricsReader(path, keys: []).read { add(run: $0.run, update: $0.update, updates: $0.updates) }
  }

  /// Notes the next line of the file.
  ///
  /// - Parameter updates: How many updates, up to `update`, the line is about.
  public mutating func add(run: Int, update: Int, updates: Int = 1) {
    let before = last[run] ?? 0
    guard update > before else { return }
    if update - updates > before { missing[before + 1...update - updates, default: 0] += 1 }
    last[run] = update
  }

  public var isEmpty: Bool { last.isEmpty }

  /// The last update of a run that has a line; 0 without any.
  public func lastUpdate(ofRun run: Int) -> Int { last[run] ?? 0 }

  /// The last update of any run.
  public var lastUpdate: Int { last.values.max() ?? 0 }

  /// What is missing, in order.
  ///
  /// - Parameter updates: Runs that must have lines up to some update.
  public func gaps(upTo updates: [Int: Int] = [:]) -> [Gap] {
    var missing = missing
    for (run, update) in updates where update > lastUpdate(ofRun: run) {
      missing[lastUpdate(ofRun: run) + 1...update, default: 0] += 1
    }
    return missing.map { Gap(updates: $0.key, runs: $0.value) }
      .sorted { ($0.updates.lowerBound, $0.updates.upperBound) < ($1.updates.lowerBound, $1.updates.upperBound) }
  }

  /// `there are no lines for updates 3 to 5 of 4 runs, 9 of 1 run`; nil where nothing is missing.
  public static func text(_ gaps: [Gap]) -> String? {
    guard !gaps.isEmpty else { return nil }
    let shown = gaps.prefix(3).map { gap in
      let updates = gap.updates
      let range =
        updates.count == 1 ? "\(updates.lowerBound)" : "\(updates.lowerBound) to \(updates.upperBound)"
      return "\(range) of \(gap.runs) run\(gap.runs == 1 ? "" : "s")"
    }
    let more = gaps.count > shown.count ? " and \(gaps.count - shown.count) more gaps" : ""
    return "there are no lines for updates \(shown.joined(separator: ", "))\(more)"
  }
}
