import Foundation

/// Which lines of a `metrics.jsonl` stay when its training goes on behind its checkpoints, and which it writes again.
///
/// Lines to be written again are the last of the file, or, where several devices trained at once, lie between lines that
/// stay. A last line that was cut short goes, too.
public struct KeptLines: Sendable {
  /// Bytes of lines that go and have lines behind them that stay, in order.
  public private(set) var holes: [Range<Int>] = []
  /// Where the last line that stays ends.
  public private(set) var end = 0
  /// Of the training, as the last line that stays says; 0 in files of earlier versions.
  public private(set) var seconds = 0.0
  /// Of all lines.
  public private(set) var survey = MetricsSurvey()
  /// Where something else than metrics begins, behind all that stays; nil where there is none.
  public private(set) var foreignByte: Int?

  /// Those of a file that does not exist.
  public init() {}

  /// - Parameter update: By run, the last update whose line stays.
  /// - Throws: `MetricsWriter.Failure` where the file cannot be read.
  public init(of path: String, after update: (_ run: Int) -> Int) throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    /// Behind the last line that stays.
    var going: [Range<Int>] = []
    var foreign: Int?
    var (holes, end, seconds, survey) = (holes, end, seconds, survey)
    _ = try MetricsReader(path, keys: ["seconds"]).read(
      { line in
        survey.add(run: line.run, update: line.update, updates: line.updates)
        if line.update <= update(line.run) {
          (holes, going, foreign) = (holes + going, [], nil)
          end = line.bytes.upperBound
          seconds = line.values[0].isFinite ? line.values[0] : 0
        } else if let last = going.last, last.upperBound == line.bytes.lowerBound {
          going[going.count - 1] = last.lowerBound..<line.bytes.upperBound
        } else {
          going.append(line.bytes)
        }
      }, foreign: { foreign = foreign ?? $0.lowerBound })
    (self.holes, self.end, self.seconds, self.survey) = (holes, end, seconds, survey)
    foreignByte = foreign
  }

  /// Bytes that stay, in order.
  public var ranges: [Range<Int>] {
    let starts = [0] + holes.map(\.upperBound)
    let ends = holes.map(\.lowerBound) + [end]
    return zip(starts, ends).map { $0..<$1 }.filter { !$0.isEmpty }
  }

  /// The same lines in a file that holds nothing else.
  public var closed: KeptLines {
    var closed = self
    closed.end = ranges.reduce(0) { $0 + $1.count }
    closed.holes = []
    return closed
  }
}
