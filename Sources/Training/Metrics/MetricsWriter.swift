import Foundation
import VulkanCompute

/// Appends to `metrics.jsonl`: one JSON object per run and update or interval of updates, one write per update.
///
/// After a resume the file continues where the checkpoints stand, so no update appears twice, and `seconds` go on from the
/// last line that stays.
///
/// Not safe to share between threads: one at a time appends.
public final class MetricsWriter {
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
    init(_ path: String, _ problem: String) { description = "\(path): \(problem)" }
  }

  private let path: String
  private let handle: FileHandle
  private let clock = ContinuousClock()
  private let opened: ContinuousClock.Instant
  /// By device, when its last lines were written.
  private var lastLines: [Int: ContinuousClock.Instant] = [:]
  /// Of the training before the file was opened.
  private let secondsBefore: Double

  /// Begins a new file; refuses one that holds metrics already.
  public init(creating path: String) throws {
    self.path = path
    opened = clock.now
    secondsBefore = 0
    handle = try Self.open(path)
    guard try handle.seekToEnd() == 0 else {
      throw Failure(path, "holds metrics already; resume that training or choose another output folder")
    }
  }

  /// Continues a file behind the last update of each run that stays: later lines at its end, and a last line cut short,
  /// are dropped.
  public convenience init(resuming path: String, after update: (_ run: Int) -> Int) throws {
    try self.init(resuming: path, keeping: KeptLines(of: path, after: update))
  }

  /// - Parameter lines: All that stays, without holes.
  /// - Throws: `Failure` where something else than metrics would be dropped.
  public init(resuming path: String, keeping lines: KeptLines) throws {
    precondition(lines.holes.isEmpty, "lines that go are taken out of \(path) first")
    if let byte = lines.foreignByte { throw Failure(path, "the line at byte \(byte) is not a line of metrics") }
    self.path = path
    opened = clock.now
    secondsBefore = lines.seconds
    handle = try Self.open(path)
    try handle.truncate(atOffset: UInt64(lines.end))
    try handle.seek(toOffset: UInt64(lines.end))
  }

  deinit { try? handle.close() }

  /// Writes lines that one update has brought, one per run, in one call.
  ///
  /// - Parameter device: Which of several devices has trained them.
  public func append(_ metrics: [RunMetrics], device: Int = 0) throws {
    let now = clock.now
    let steps = metrics.reduce(0) { $0 + Double($1.envSteps) / Double($1.update) * Double($1.updates) }
    let timing = RunMetrics.Timing(
      seconds: secondsBefore + (now - opened).inSeconds,
      envStepsPerSecond: steps / max((now - (lastLines[device] ?? opened)).inSeconds, 1e-9))
    lastLines[device] = now
    let lines = metrics.map { $0.json(timing) + "\n" }.joined()
    do {
      try handle.write(contentsOf: Data(lines.utf8))
    } catch {
      throw Failure(path, "cannot be written: \(error.localizedDescription)")
    }
  }

  /// A device spent this time on something else than training: it does not count for the rate of its next lines.
  public func leaveOut(_ time: Duration, device: Int) {
    lastLines[device] = (lastLines[device] ?? opened).advanced(by: time)
  }

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
}
