import Foundation

/// Where a submission spent its time, and how close every part of it comes to what the machine can do.
public struct Profile: Sendable, Encodable {
  /// All dispatches of one kernel, or steps of the host of one kind, within one phase.
  public struct Line: Sendable, Encodable {
    public let phase: String
    public let name: String
    public let isOnHost: Bool
    public let calls: Int
    public let seconds: Double
    /// Of all calls; 0 where no sums and products are counted.
    public let flops: Double
    public let bytes: Double
    /// Seconds that the peaks allow for this work (the larger of arithmetic and memory) by the seconds that it took.
    public let shareOfPeak: Double

    public var flopsPerSecond: Double { flops / seconds }
    public var bytesPerSecond: Double { bytes / seconds }
  }

  public let peaks: MeasuredPeaks
  /// By phase in the order of time; within a phase the longest first.
  public let lines: [Line]

  public var seconds: Double { lines.reduce(0) { $0 + $1.seconds } }
  public var flops: Double { lines.reduce(0) { $0 + $1.flops } }
  /// Seconds that arithmetic alone would take at the peak of whoever does it, by the seconds of everything.
  public var shareOfPeakArithmetic: Double {
    lines.reduce(0) { $0 + $1.flops / peaks.peak(onHost: $1.isOnHost).flopsPerSecond } / seconds
  }

  /// Seconds of every phase, in the order of time.
  public var phases: [(name: String, seconds: Double)] {
    var phases: [(name: String, seconds: Double)] = []
    for line in lines {
      if phases.last?.name == line.phase {
        phases[phases.count - 1].seconds += line.seconds
      } else {
        phases.append((line.phase, line.seconds))
      }
    }
    return phases
  }

  /// - Parameter shares: Of all rows, those of every kind of `Work`.
  public init(_ timings: [Timing], shares: SIMD4<Double> = .one, peaks: MeasuredPeaks) {
    struct Key: Hashable {
      let phase, label: String
      let isOnHost: Bool
    }
    var phases: [String] = []
    var sums: [Key: (calls: Int, seconds: Double, work: Work)] = [:]
    for timing in timings where !timing.label.isEmpty {
      if !phases.contains(timing.phase) { phases.append(timing.phase) }
      let key = Key(phase: timing.phase, label: timing.label, isOnHost: timing.isOnHost)
      let sum = sums[key, default: (0, 0, Work())]
      sums[key] = (sum.calls + 1, sum.seconds + timing.seconds, sum.work + timing.work)
    }
    self.peaks = peaks
    lines = phases.flatMap { phase in
      sums.filter { $0.key.phase == phase }
        .map { key, sum in
          let (flops, bytes) = sum.work.total(shares)
          let peak = peaks.peak(onHost: key.isOnHost)
          return Line(
            phase: phase, name: key.label, isOnHost: key.isOnHost, calls: sum.calls, seconds: sum.seconds, flops: flops,
            bytes: bytes,
            shareOfPeak: max(flops / peak.flopsPerSecond, bytes / peak.bytesPerSecond) / max(sum.seconds, 1e-12))
        }
        .sorted { ($0.seconds, $1.name) > ($1.seconds, $0.name) }
    }
  }

  /// One line per phase and kernel, for people.
  public var text: String {
    let total = max(seconds, 1e-12)
    func share(_ part: Double, of whole: Double) -> String { String(format: "%5.1f %%", 100 * part / whole) }
    func label(_ line: Line) -> String { line.name + (line.isOnHost ? " (host)" : "") }
    let width = lines.map { label($0).count }.max() ?? 0
    var text = [peaks.text]
    for phase in phases {
      let milliseconds = String(format: "%.2f ms", phase.seconds * 1e3)
      text.append("\(phase.name): \(milliseconds), \(share(phase.seconds, of: total))")
      for line in lines where line.phase == phase.name {
        let blank = String(repeating: " ", count: 16)
        let rate = line.flops > 0 ? String(format: "%8.1f GFLOP/s", line.flopsPerSecond / 1e9) : blank
        text.append(
          "  " + label(line).padding(toLength: width, withPad: " ", startingAt: 0)
            + String(
              format: " %9.2f ms %@ %6d calls %9.1f us each %@ %7.2f GB/s %4.0f %% of peak", line.seconds * 1e3,
              share(line.seconds, of: total), line.calls, line.seconds / Double(line.calls) * 1e6, rate,
              line.bytesPerSecond / 1e9, 100 * line.shareOfPeak))
      }
    }
    text.append(
      String(
        format: "all: %.2f ms, %.2f GFLOP, %.1f GFLOP/s, %.0f %% of peak arithmetic", seconds * 1e3, flops / 1e9,
        flops / total / 1e9, 100 * shareOfPeakArithmetic))
    return text.joined(separator: "\n")
  }
}
