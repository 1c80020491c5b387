import Foundation
import VulkanCompute

/// Appends to `metrics.jsonl`: one JSON object per run and update, one write per update.
///
/// After a resume the file continues where the checkpoint stands, so no update appears twice, and `seconds` go on from the
/// last line that stays.
public final class MetricsWriter {
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
    init(_ path: String, _ problem: String) { description = "\(path): \(problem)" }
  }

  private let path: String
  private let handle: FileHandle
  private let clock = ContinuousClock()
  /// When the file was opened, and when the last update was written.
  private let opened: ContinuousClock.Instant
  private var lastUpdate: ContinuousClock.Instant
  /// Of the training before the file was opened.
  private let secondsBefore: Double

  /// Begins a new file; refuses one that holds metrics already.
  public init(creating path: String) throws {
    self.path = path
    opened = clock.now
    lastUpdate = opened
    secondsBefore = 0
    handle = try Self.open(path)
    guard try handle.seekToEnd() == 0 else {
      throw Failure(path, "holds metrics already; resume that training or choose another output folder")
    }
  }

  /// Continues a file behind the last update of each run that stays: later lines at its end, and a last line cut short,
  /// are dropped.
  public init(resuming path: String, after update: (_ run: Int) -> Int) throws {
    self.path = path
    opened = clock.now
    lastUpdate = opened
    handle = try Self.open(path)
    let (end, seconds) = try Self.end(of: handle, path, after: update)
    secondsBefore = seconds
    try handle.truncate(atOffset: end)
    try handle.seek(toOffset: end)
  }

  deinit { try? handle.close() }

  /// Writes the lines of one update, one per run, in one call.
  public func append(_ metrics: [RunMetrics]) throws {
    let now = clock.now
    let stepsOfUpdate = metrics.reduce(0) { $0 + Double($1.envSteps) / Double($1.update) }
    let timing = RunMetrics.Timing(
      seconds: secondsBefore + (now - opened).inSeconds,
      envStepsPerSecond: stepsOfUpdate / max((now - lastUpdate).inSeconds, 1e-9))
    lastUpdate = now
    let lines = metrics.map { $0.json(timing) + "\n" }.joined()
    do {
      try handle.write(contentsOf: Data(lines.utf8))
    } catch {
      throw Failure(path, "cannot be written: \(error.localizedDescription)")
    }
  }

  /// The time since the last update was spent on something else than training: it does not count for the next one's rate.
  public func leaveOutTime() { lastUpdate = clock.now }

  /// Waits until everything is on disk; called before a checkpoint is written.
  public func synchronize() throws { try handle.synchronize() }

  private static func open(_ path: String) throws -> FileHandle {
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    guard let handle = FileHandle(forUpdatingAtPath: path) else {
      throw Failure(path, "cannot be opened for writing")
    }
    return handle
  }

  private struct Position: Decodable {
    let run: Int
    let update: Int
    /// Absent in files of earlier versions.
    let seconds: Double?
  }

  /// Where the lines up to and including the run's `update` end, and the seconds of the last of them; walks backwards from
  /// the end of the file.
  private static func end(
    of handle: FileHandle, _ path: String, after update: (_ run: Int) -> Int
  ) throws -> (place: UInt64, seconds: Double) {
    let chunk: UInt64 = 1 << 20
    let newline = UInt8(ascii: "\n")
    var end = try handle.seekToEnd()
    var windowStart = end
    var window: [UInt8] = []
    while end > 0 {
      let lineEnd = Int(end - windowStart)
      let before = window[..<max(lineEnd - 1, 0)].lastIndex(of: newline)
      guard before != nil || windowStart == 0 else {
        let start = windowStart > chunk ? windowStart - chunk : 0
        try handle.seek(toOffset: start)
        let bytes = try handle.read(upToCount: Int(windowStart - start)) ?? Data()
        window = Array(bytes) + window[..<lineEnd]
        windowStart = start
        continue
      }
      let lineStart = before.map { $0 + 1 } ?? 0
      let line = window[lineStart..<lineEnd]
      if line.last == newline {
        guard let position = try? JSONDecoder().decode(Position.self, from: Data(line)) else {
          throw Failure(path, "the line at byte \(windowStart + UInt64(lineStart)) is not a line of metrics")
        }
        if position.update <= update(position.run) { return (end, position.seconds ?? 0) }
      }
      end = windowStart + UInt64(lineStart)
    }
    return (end, 0)
  }
}
