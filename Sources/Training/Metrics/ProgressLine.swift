import Foundation

/// How far a training is: one line that is rewritten on a terminal, else a new line every few seconds.
///
/// `update 12/195  1.52 M env steps/s  mean return 2.91  1 m 20 s left`
public struct ProgressLine {
  private let updates: Int
  private let envSteps: Int
  private let isTerminal: Bool
  private let interval: Double
  private let output: (String) -> Void
  /// Recent (seconds, env steps) pairs, for a rate that forgets the slow start.
  private var recent: [(seconds: Double, envSteps: Int)] = []
  private var lastPrinted: Double?
  /// What stands before the update, such as `wave 2/3`.
  public var prefix: String?
  private var isLineOpen = false

  /// - Parameters:
  ///   - updates: updates of the whole training.
  ///   - envSteps: env steps of the whole training, over all runs.
  ///   - isTerminal: whether `output` goes to a terminal that understands escape codes.
  ///   - interval: seconds between lines where it does not (0.2 where it does).
  public init(
    updates: Int, envSteps: Int, isTerminal: Bool, interval: Double = 5, output: @escaping (String) -> Void
  ) {
    self.updates = updates
    self.envSteps = envSteps
    self.isTerminal = isTerminal
    self.interval = isTerminal ? 0.2 : interval
    self.output = output
  }

  /// Notes the state after an update and prints it if the last line is old enough; the last update always prints.
  /// - Parameters:
  ///   - envStepsDone: env steps so far, over all runs.
  ///   - meanReturn: mean over the runs; nil if no episode ended.
  ///   - seconds: a monotonic clock.
  public mutating func report(update: Int, envStepsDone: Int, meanReturn: Double?, at seconds: Double) {
    recent.append((seconds, envStepsDone))
    if recent.count > 50 { recent.removeFirst() }
    let isDue = lastPrinted.map { seconds - $0 >= interval } ?? true
    guard isDue || update >= updates else { return }
    lastPrinted = seconds
    let line = text(update: update, envStepsDone: envStepsDone, meanReturn: meanReturn)
    output(isTerminal ? "\r\u{1B}[K\(line)" : line + "\n")
    isLineOpen = isTerminal
  }

  /// Ends the line, so that what is printed next starts on its own.
  public mutating func finish() {
    if isLineOpen { output("\n") }
    isLineOpen = false
  }

  private func text(update: Int, envStepsDone: Int, meanReturn: Double?) -> String {
    var parts = [prefix, "update \(update)/\(updates)"].compactMap(\.self)
    if let first = recent.first, let last = recent.last, last.seconds > first.seconds {
      let rate = Double(last.envSteps - first.envSteps) / (last.seconds - first.seconds)
      parts.append("\(Self.magnitude(rate)) env steps/s")
      if let meanReturn { parts.append("mean return \(Self.fixed(meanReturn, 2))") }
      if rate > 0 { parts.append("\(Self.duration(Double(envSteps - envStepsDone) / rate)) left") }
    } else if let meanReturn {
      parts.append("mean return \(Self.fixed(meanReturn, 2))")
    }
    return parts.joined(separator: "  ")
  }

  static func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

  static func magnitude(_ value: Double) -> String {
    switch value {
    case 1e9...: "\(fixed(value / 1e9, 2)) G"
    case 1e6...: "\(fixed(value / 1e6, 2)) M"
    case 1e3...: "\(fixed(value / 1e3, 1)) k"
    default: fixed(value, 0)
    }
  }

  static func duration(_ seconds: Double) -> String {
    let total = Int(min(max(seconds, 0), 1e12).rounded())
    let (hours, minutes) = (total / 3600, total / 60 % 60)
    if hours >= 48 { return "\(hours / 24) d \(hours % 24) h" }
    if hours > 0 { return "\(hours) h \(minutes) m" }
    return minutes > 0 ? "\(minutes) m \(total % 60) s" : "\(total) s"
  }
}
