/// What a server takes at most, so that no reader can use up the machine that trains beside it.
public struct ServerLimits: Sendable {
  /// At the same time; what comes beyond that is turned away.
  public var connections = 48
  /// Connections among them that wait for news.
  public var streams = 12
  /// Bytes of a request's first line and headers.
  public var headBytes = 16_384
  public var headers = 64
  public var bodyBytes = 65_536
  /// Requests of everyone together, and how many may come at once after a pause.
  public var requestsPerSecond = 100.0
  public var requestsAtOnce = 400.0
  /// Seconds in which a request has to arrive whole.
  public var requestSeconds = 10.0
  /// Seconds without a request after which a connection is closed.
  public var idleSeconds = 30.0
  /// Seconds without taking any of an answer after which its reader counts as gone.
  public var sendSeconds = 20.0

  public init() {}
}

/// Lets so many through per second, and some at once after a pause.
struct RateLimit {
  private let perSecond: Double
  private let atOnce: Double
  private var left: Double
  private var last: ContinuousClock.Instant

  init(perSecond: Double, atOnce: Double, now: ContinuousClock.Instant = .now) {
    (self.perSecond, self.atOnce, left, last) = (perSecond, atOnce, atOnce, now)
  }

  mutating func admits(at now: ContinuousClock.Instant = .now) -> Bool {
    let passed = last.duration(to: now) / .seconds(1)
    left = min(atOnce, left + max(0, passed) * perSecond)
    last = now
    guard left >= 1 else { return false }
    left -= 1
    return true
  }
}
