import Foundation

/// Float64 twin of Shaders/PPO/begin_update.comp: what one update of one run learns with.
public struct BeginUpdate {
  public enum LearningRate: Sendable, CaseIterable {
    case constant, linear, cosine
  }

  /// Updates before this one, and in all.
  public let done, total: Int

  public init(done: Int, total: Int) {
    self.done = done
    self.total = total
  }

  /// - Parameter warmup: Part of the updates over which the rate rises.
  public func learningRate(_ rate: Double, _ schedule: LearningRate, warmup: Double) -> Double {
    let rising = warmup * Double(total)
    if Double(done) < rising { return rate * Double(done + 1) / (rising + 1) }
    let part = (Double(done) - rising) / (Double(total) - rising)
    return switch schedule {
    case .constant: rate
    case .linear: rate * (1 - part)
    case .cosine: rate * (1 + cos(.pi * part)) / 2
    }
  }

  /// Linear between the points, the same before the first and behind the last.
  ///
  /// - Parameter points: Parts of the updates, and the value there.
  public func value(_ points: [(share: Double, value: Double)]) -> Double {
    let part = Double(done) / Double(total)
    guard let next = points.firstIndex(where: { $0.share > part }) else { return points[points.count - 1].value }
    guard next > 0 else { return points[0].value }
    let (before, behind) = (points[next - 1], points[next])
    let way = (part - before.share) / (behind.share - before.share)
    return (1 - way) * before.value + way * behind.value
  }
}
