import CHostSupport
import Foundation

/// One connection: requests one after another, each read within its limits.
final class HTTPConnection {
  private let descriptor: Int32
  private let limits: ServerLimits
  private let isStopping: () -> Bool
  /// Bytes that came behind the last request.
  private var rest: [UInt8] = []

  /// - Parameter descriptor: Taken over; `deinit` closes it.
  init(_ descriptor: Int32, limits: ServerLimits, isStopping: @escaping () -> Bool) {
    (self.descriptor, self.limits, self.isStopping) = (descriptor, limits, isStopping)
  }

  /// What is still on its way is read for a moment, so that the other side gets the answer before the end.
  deinit { crossplay_close_politely(descriptor, 200) }

  var isOpen: Bool { !isStopping() && crossplay_is_closed(descriptor) == 0 }

  /// The next request; nil where the other side closed the connection, or sent none for a while.
  func next() throws(HTTPRefusal) -> HTTPRequest? {
    guard let head = try readHead() else { return nil }
    var request = try HTTPRequest(head: head, limits: limits)
    let length = try request.bodyLength(limits: limits)
    let deadline = ContinuousClock.now + .seconds(limits.requestSeconds)
    while rest.count < length {
      guard receive(until: deadline) else { throw HTTPRefusal(.requestTimeout, "the body did not arrive") }
    }
    request.body = Data(rest.prefix(length))
    rest.removeFirst(length)
    return request
  }

  private func readHead() throws(HTTPRefusal) -> [UInt8]? {
    var deadline = ContinuousClock.now + .seconds(rest.isEmpty ? limits.idleSeconds : limits.requestSeconds)
    var searched = 0
    while true {
      if let end = rest[max(0, searched - 3)...].firstRange(of: [0x0D, 0x0A, 0x0D, 0x0A]) {
        guard end.lowerBound <= limits.headBytes else { throw tooLarge }
        let head = Array(rest[..<end.lowerBound])
        rest.removeFirst(end.upperBound)
        return head
      }
      guard rest.count <= limits.headBytes else { throw tooLarge }
      searched = rest.count
      guard receive(until: deadline) else {
        if searched > 0 { throw HTTPRefusal(.requestTimeout, "the request did not arrive") }
        return nil
      }
      if searched == 0 { deadline = ContinuousClock.now + .seconds(limits.requestSeconds) }
    }
  }

  private var tooLarge: HTTPRefusal {
    HTTPRefusal(.headersTooLarge, "first line and headers of a request have at most \(limits.headBytes) bytes")
  }

  /// Appends what comes; false where nothing does.
  private func receive(until deadline: ContinuousClock.Instant) -> Bool {
    var bytes = [UInt8](repeating: 0, count: 8192)
    while !isStopping() {
      let left = ContinuousClock.now.duration(to: deadline) / .seconds(1)
      guard left > 0 else { return false }
      // A server that stops is noticed soon.
      let wait = Int32(min(left, 0.25) * 1000) + 1
      let count = crossplay_receive(descriptor, &bytes, bytes.count, wait)
      if count > 0 {
        rest += bytes[..<count]
        return true
      }
      if count == 0 || crossplay_is_closed(descriptor) != 0 { return false }
    }
    return false
  }

  /// - Returns: Whether the other side took all.
  func send(_ data: Data) -> Bool {
    data.withUnsafeBytes {
      crossplay_send(descriptor, $0.baseAddress, $0.count, Int32(limits.sendSeconds * 1000)) == 0
    }
  }

  /// - Parameter bodyless: Whether only the head is wanted.
  /// - Returns: Whether the connection goes on.
  func send(_ response: HTTPResponse, bodyless: Bool, closes: Bool) -> Bool {
    switch response.body {
    case .bytes(let data):
      return send(response.head(closes: closes) + (bodyless ? Data() : data)) && !closes
    case .events(let body):
      guard send(response.head(closes: true)), !bodyless else { return false }
      body(EventStream(connection: self))
      return false
    }
  }
}
