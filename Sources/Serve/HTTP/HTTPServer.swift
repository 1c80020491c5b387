import CHostSupport
import Foundation
import VulkanCompute

/// What answers requests.
protocol HTTPSite: Sendable {
  func response(to request: HTTPRequest) throws -> HTTPResponse
}

/// A small HTTP/1.1 server: one thread per connection, all of it bounded (`ServerLimits`, decision 30).
final class HTTPServer: Sendable {
  let port: UInt16
  private let listener: Int32
  private let requestGuard: RequestGuard
  private let site: any HTTPSite
  private let limits: ServerLimits
  private let state: SharedState

  /// Begins to listen; `run` answers.
  ///
  /// - Parameters:
  ///   - host: The address to listen at; every one but those of this machine alone needs a token.
  ///   - port: 0 for a free one.
  /// - Throws: `ServeFailure`.
  init(host: String, port: UInt16, token: String?, site: any HTTPSite, limits: ServerLimits = ServerLimits()) throws {
    var (isLoopback, bound): (Int32, UInt16) = (0, 0)
    listener = crossplay_listen(host, port, &isLoopback, &bound)
    guard listener >= 0 else {
      throw errno == EADDRINUSE
        ? ServeFailure.portInUse(host: host, port: port)
        : ServeFailure.cannotListen(host: host, port: port, reason: String(cString: strerror(errno)))
    }
    guard isLoopback != 0 || token != nil else {
      close(listener)
      throw ServeFailure.needsToken(host: host)
    }
    self.port = bound
    (self.site, self.limits) = (site, limits)
    requestGuard = RequestGuard(host: host.lowercased(), port: bound, isLoopback: isLoopback != 0, token: token)
    state = SharedState(limits)
  }

  deinit { close(listener) }

  /// Answers until it is asked to stop, and returns once no connection is open any more.
  func run(isStopping: @escaping @Sendable () -> Bool) {
    while !isStopping() {
      let descriptor = crossplay_accept(listener, 250)
      guard descriptor >= 0 else { continue }
      let connection = HTTPConnection(descriptor, limits: limits, isStopping: isStopping)
      func refuse() {
        _ = connection.send(
          HTTPResponse(HTTPRefusal(.unavailable, "too many readers at once; try again in a moment")), bodyless: false,
          closes: true)
      }
      guard state.open() else {
        refuse()
        continue
      }
      nonisolated(unsafe) let own = connection
      do {
        // `run` waits for all of them, so none of them has to keep the server, nor the devices behind it.
        try HostThread.start("reader") { [unowned self, state] in
          serve(own)
          state.close()
        }
      } catch {
        refuse()
        state.close()
      }
    }
    state.waitUntilClosed()
  }

  private func serve(_ connection: HTTPConnection) {
    while true {
      do {
        guard let request = try connection.next() else { return }
        let response = answer(request)
        if case .events = response.body {
          guard state.beginStream() else {
            let refusal = HTTPRefusal(.unavailable, "too many pages wait for news; close some")
            _ = connection.send(HTTPResponse(refusal), bodyless: false, closes: true)
            return
          }
          defer { state.endStream() }
          _ = connection.send(response, bodyless: request.method == .head, closes: true)
          return
        }
        guard connection.send(response, bodyless: request.method == .head, closes: request.isLast) else { return }
      } catch {
        // Where the next request begins is not known.
        _ = connection.send(HTTPResponse(error), bodyless: false, closes: true)
        return
      }
    }
  }

  private func answer(_ request: HTTPRequest) -> HTTPResponse {
    do {
      try requestGuard.check(request)
      guard state.admits() else { throw HTTPRefusal(.tooManyRequests, "too many requests; try again in a moment") }
      if let cookie = requestGuard.cookieToSet(request), request.path == "/" {
        // The token does not stay in the address, where histories would keep it.
        var response = HTTPResponse("", type: "text/plain; charset=utf-8")
        response.status = 303
        response.headers = [("Location", "/"), ("Set-Cookie", cookie)]
        return response
      }
      return try site.response(to: request)
    } catch let refusal as HTTPRefusal {
      return HTTPResponse(refusal)
    } catch {
      return HTTPResponse(HTTPRefusal(.internalError, "\(error)"))
    }
  }
}

/// A server that cannot begin; in words that name no option of a user interface.
public enum ServeFailure: Error, Equatable, CustomStringConvertible {
  case portInUse(host: String, port: UInt16)
  case cannotListen(host: String, port: UInt16, reason: String)
  case needsToken(host: String)
  case shortToken

  public var description: String {
    switch self {
    case .portInUse(let host, let port):
      "port \(port) of \(host) is in use by another process; choose another port, or 0 for a free one"
    case .cannotListen(let host, let port, let reason):
      "cannot listen at \(host), port \(port): \(reason); choose an address of this machine"
    case .needsToken(let host):
      "other machines can reach \(host); give a token that readers must know, of \(ServeFailure.tokenLength) characters or more"
    case .shortToken:
      "the token can be guessed; give one of \(ServeFailure.tokenLength) characters or more, of letters, digits, - and _"
    }
  }

  /// Characters of a token at least.
  static let tokenLength = 16
}

/// What the threads of a server share.
private final class SharedState: @unchecked Sendable {
  private let condition = NSCondition()
  private let limits: ServerLimits
  private var connections = 0
  private var streams = 0
  private var rate: RateLimit

  init(_ limits: ServerLimits) {
    self.limits = limits
    rate = RateLimit(perSecond: limits.requestsPerSecond, atOnce: limits.requestsAtOnce)
  }

  func open() -> Bool { condition.withLock { count(&connections, atMost: limits.connections) } }
  func beginStream() -> Bool { condition.withLock { count(&streams, atMost: limits.streams) } }
  func endStream() { condition.withLock { streams -= 1 } }
  func admits() -> Bool { condition.withLock { rate.admits() } }

  func close() {
    condition.withLock {
      connections -= 1
      condition.broadcast()
    }
  }

  func waitUntilClosed() {
    condition.withLock { while connections > 0 { condition.wait() } }
  }

  private func count(_ number: inout Int, atMost most: Int) -> Bool {
    guard number < most else { return false }
    number += 1
    return true
  }
}
