import Configuration
import Environments
import Foundation
import Reports
import Training

/// The learning curves of one training, read from `metrics.jsonl` piece by piece: what was appended is read when someone
/// looks again.
///
/// A file of up to `mostBytesRead` is read whole once. Of a longer one, updates at places spread evenly over it are read, and
/// then all that is appended: 15 million lines answer as fast as 100,000.
final class MetricsIndex {
  static let quantities: [LearningCurves.Quantity] = [
    .episodeReturn, .entropy,
    .init(
      key: "approximate_kl", column: "approximate_kl", title: "approximate KL (nats)", isPerEpisode: false),
    .init(
      key: "explained_variance", column: "explained_variance", title: "explained variance of the value",
      isPerEpisode: false),
    .init(key: "clip_fraction", column: "clip_fraction", title: "clip fraction", isPerEpisode: false),
    .init(key: "gradient_norm", column: "gradient_norm", title: "gradient norm before clipping", isPerEpisode: false),
    .init(key: "value_loss", column: "value_loss", title: "value loss", isPerEpisode: false),
  ]
  /// What is read beside curves.
  private static let clockKeys = ["diverged", "seconds", "env_steps_per_second"]

  /// Where a run stands.
  struct Standing: Sendable {
    var update = 0
    var envSteps = 0
    /// The first update that was read in which the run had diverged.
    var diverged: Int?
  }

  let file: URL
  let updates: Int
  let quantities: [LearningCurves.Quantity]
  let runs: [RunConfiguration]
  /// (R, bins)
  private(set) var pieces: [[LearningCurves.Piece?]] = []
  /// (R)
  private(set) var standings: [Standing] = []
  /// Wall time of the training, and its speed in the last update that was read; nil where lines do not say.
  private(set) var seconds: Double?
  private(set) var envStepsPerSecond: Double?
  /// Lines read, and whether others were passed over.
  private(set) var linesRead = 0
  private(set) var isSampled = false

  private let mostBytesRead: UInt64
  private let bins: Int
  private let places: [Int: Int]
  private let reader: MetricsReader
  private var next: UInt64 = 0
  private var node: UInt64 = 0

  /// - Parameters:
  ///   - mostBytesRead: At first; what is appended later comes on top.
  ///   - bins: Pieces of a curve.
  init(
    _ file: URL, of configuration: TrainingConfiguration, mostBytesRead: UInt64 = 24 << 20,
    bins: Int = LearningCurves.mostPieces
  ) throws {
    self.file = file
    self.mostBytesRead = mostBytesRead
    updates = configuration.updates
    runs = configuration.runs
    self.bins = max(1, min(bins, configuration.updates))
    let outcomes = try configuration.makeEnvironment().outcomeQuantities.map(\.name)
    quantities = Self.quantities + outcomes.map(LearningCurves.Quantity.outcome)
    places = Dictionary(uniqueKeysWithValues: runs.enumerated().map { ($1.index, $0) })
    reader = MetricsReader(file.path, keys: quantities.map(\.key) + Self.clockKeys, pieceSize: 1 << 18)
    clear()
  }

  private func clear() {
    pieces = runs.map { _ in Array(repeating: nil, count: bins) }
    standings = runs.map { _ in Standing() }
    (next, linesRead, isSampled, seconds, envStepsPerSecond) = (0, 0, false, nil, nil)
  }

  /// Reads what is new.
  ///
  /// - Returns: Whether there was anything.
  @discardableResult func refresh() throws -> Bool {
    var status = stat()
    guard stat(file.path, &status) == 0 else {
      clear()
      return false
    }
    let size = UInt64(status.st_size)
    // A file that is shorter, or another one: the training was resumed, or began anew.
    if size < next || (node != 0 && node != UInt64(status.st_ino)) { clear() }
    node = UInt64(status.st_ino)
    guard size > next else { return false }
    if next == 0, size > mostBytesRead { try sample(size) }
    let before = next
    var isRepeated = false
    next = try reader.read(from: next) { line in
      isRepeated = isRepeated || repeats(line)
      add(line)
      return true
    }.next
    // Of a file that repeats itself from the start on, nothing is better known.
    if isRepeated, before > 0 {
      clear()
      return try refresh()
    }
    return next > before
  }

  /// Lines of updates that were there before: the training was resumed from an earlier checkpoint.
  private func repeats(_ line: MetricsReader.Line) -> Bool {
    guard !isSampled, let place = places[line.run] else { return false }
    return line.update <= standings[place].update
  }

  /// Reads updates spread evenly over the first `size` bytes, the last ones among them.
  private func sample(_ size: UInt64) throws {
    isSampled = true
    // The first update says how long one is.
    let block = try readUpdate(from: 0)
    let wanted = UInt64(2 * bins)
    // An update is found behind the rest of another one.
    let count = max(8, min(wanted, mostBytesRead / max(1, 2 * block)))
    for number in 1..<count { try readUpdate(from: size / count * number) }
    next = size > 3 * block ? size - 3 * block : 0
  }

  /// Reads the lines of the first whole update behind a place.
  ///
  /// - Returns: How many bytes that took.
  @discardableResult private func readUpdate(from start: UInt64) throws -> UInt64 {
    var first: Int?
    var wanted: Int?
    let end = try reader.read(from: start) { line in
      if start == 0, wanted == nil { wanted = line.update }
      if let wanted {
        guard line.update == wanted else { return false }
        add(line)
      } else if let begun = first {
        if line.update != begun {
          wanted = line.update
          add(line)
        }
      } else {
        first = line.update
      }
      return true
    }.next
    return end - start
  }

  private func add(_ line: MetricsReader.Line) {
    guard let place = places[line.run], (1...max(updates, 1)).contains(line.update) else { return }
    linesRead += 1
    let bin = (line.update - 1) * bins / max(updates, 1)
    if pieces[place][bin] == nil { pieces[place][bin] = LearningCurves.Piece(quantities: quantities.count) }
    pieces[place][bin]?.add(line, quantities)
    let clock = line.values[quantities.count...]
    if clock[clock.startIndex] == 1, standings[place].diverged.map({ line.update < $0 }) ?? true {
      standings[place].diverged = line.update
    }
    guard line.update >= standings[place].update else { return }
    (standings[place].update, standings[place].envSteps) = (line.update, line.envSteps)
    let (taken, speed) = (clock[clock.startIndex + 1], clock[clock.startIndex + 2])
    if taken.isFinite { seconds = taken }
    if speed.isFinite { envStepsPerSecond = speed }
  }

  /// Where a training stands, from the last lines of its metrics alone.
  static func lastUpdate(of file: URL) -> (update: Int, envSteps: Int)? {
    guard let size = FileStamp.of(file)?.size, size > 0 else { return nil }
    var last: (update: Int, envSteps: Int)?
    let reader = MetricsReader(file.path, keys: [], pieceSize: 1 << 15)
    _ = try? reader.read(from: size > 16_384 ? size - 16_384 : 0) { line in
      last = (line.update, line.envSteps)
      return true
    }
    return last
  }
}
