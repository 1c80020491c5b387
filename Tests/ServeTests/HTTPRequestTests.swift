import Foundation
import Testing

@testable import Serve

/// What a request may be, byte by byte.
@Suite struct HTTPRequestTests {
  private func request(_ text: String, limits: ServerLimits = ServerLimits()) throws -> HTTPRequest {
    try HTTPRequest(head: Array(text.utf8), limits: limits)
  }

  @Test func targetsAndHeadersAreDecoded() throws {
    let request = try request(
      "GET /api/game?seats=0%2Fa%3A3%2Cyou&mode=greedy&x=a+b HTTP/1.1\r\nHost: Localhost:80\r\nX-Y:  z ")
    #expect(request.method == .get && request.path == "/api/game")
    #expect(request.query == ["seats": "0/a:3,you", "mode": "greedy", "x": "a b"])
    #expect(request.headers == ["host": "Localhost:80", "x-y": "z"])
    #expect(!request.isLast)
  }

  @Test(arguments: [
    ("GET /../etc/passwd HTTP/1.1", HTTPRefusal.Status.badRequest),
    ("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1", .badRequest),
    ("GET /a/..%2f..%2fetc HTTP/1.1", .badRequest),
    ("GET /..%5c..%5cboot.ini HTTP/1.1", .badRequest),
    ("GET /a%00b HTTP/1.1", .badRequest),
    ("GET http://elsewhere/ HTTP/1.1", .badRequest),
    ("GET /%ff%fe HTTP/1.1", .badRequest),
    ("GET / HTTP/1.0", .versionNotSupported),
    ("GET / HTTP/2", .versionNotSupported),
    ("GET /", .badRequest),
    ("DELETE / HTTP/1.1", .methodNotAllowed),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: b", .badRequest),
    ("GET / HTTP/1.1\r\nno value", .badRequest),
    ("GET / HTTP/1.1\r\nX: a\nInjected: b", .badRequest),
    ("GET / HTTP/1.1\r\nTransfer-Encoding: chunked", .notImplemented),
    ("GET / HTTP/1.1\r\nA: \u{1}", .badRequest),
  ])
  func whatIsNoRequestIsRefused(text: String, status: HTTPRefusal.Status) throws {
    let refusal = try #require(throws: HTTPRefusal.self) { try request(text) }
    #expect(refusal.status == status)
  }

  @Test func headersAndBodiesAreBounded() throws {
    var limits = ServerLimits()
    limits.headers = 3
    limits.bodyBytes = 10
    let many = "GET / HTTP/1.1" + (0..<4).map { "\r\nX\($0): y" }.joined()
    #expect(try #require(throws: HTTPRefusal.self) { try request(many, limits: limits) }.status == .headersTooLarge)
    for (length, status) in [("11", HTTPRefusal.Status.contentTooLarge), ("-1", .badRequest), ("+3", .badRequest)] {
      let post = try request("POST /api/act HTTP/1.1\r\nContent-Length: \(length)", limits: limits)
      #expect(try #require(throws: HTTPRefusal.self) { try post.bodyLength(limits: limits) }.status == status)
    }
    let fitting = try request("POST /api/act HTTP/1.1\r\nContent-Length: 10", limits: limits)
    #expect(try fitting.bodyLength(limits: limits) == 10)
  }

  @Test func requestsAreCountedOverTime() {
    let start = ContinuousClock.now
    var limit = RateLimit(perSecond: 2, atOnce: 3, now: start)
    // Milliseconds after the start.
    let times = [0, 0, 0, 0, 0, 500, 900, 60_000, 60_000, 60_000, 60_000]
    let admitted = times.map { limit.admits(at: start + .milliseconds($0)) }
    #expect(admitted == [true, true, true, false, false, true, false, true, true, true, false])
  }
}

/// Who is answered.
@Suite struct RequestGuardTests {
  private func status(
    _ guarding: RequestGuard, path: String = "/api/folders", method: HTTPRequest.Method = .get,
    query: [String: String] = [:], _ headers: [String: String]
  ) -> HTTPRefusal.Status? {
    do {
      try guarding.check(HTTPRequest(method: method, path: path, query: query, headers: headers))
      return nil
    } catch {
      return error.status
    }
  }

  @Test func onlyNamesOfThisMachineAreAnswered() {
    let guarding = RequestGuard(host: "127.0.0.1", port: 8765, isLoopback: true, token: nil)
    for host in ["127.0.0.1:8765", "localhost:8765", "LOCALHOST:8765", "[::1]:8765"] {
      #expect(status(guarding, ["host": host]) == nil, "\(host)")
    }
    let others = [
      "attacker.example:8765", "attacker.example", "localhost", "localhost:80", "127.0.0.1.example:8765", "",
    ]
    for host in others {
      #expect(status(guarding, ["host": host]) == .misdirected, "\(host)")
    }
    #expect(status(guarding, [:]) == .misdirected)
  }

  @Test func otherSitesAreNotAnswered() {
    let guarding = RequestGuard(host: "127.0.0.1", port: 80, isLoopback: true, token: nil)
    let own = ["host": "localhost"]
    func with(_ more: [String: String]) -> [String: String] { own.merging(more) { $1 } }
    #expect(status(guarding, with(["origin": "http://localhost"])) == nil)
    #expect(status(guarding, with(["origin": "http://attacker.example"])) == .forbidden)
    #expect(status(guarding, with(["origin": "null"])) == .forbidden)
    #expect(status(guarding, with(["sec-fetch-site": "cross-site"])) == .forbidden)
    #expect(status(guarding, with(["sec-fetch-site": "same-origin"])) == nil)
    let json = ["content-type": "application/json"]
    #expect(status(guarding, method: .post, own) == .unsupportedMediaType)
    #expect(status(guarding, method: .post, with(["content-type": "text/plain"])) == .unsupportedMediaType)
    #expect(status(guarding, method: .post, with(json)) == nil)
  }

  @Test func aTokenIsAskedForWhereThereIsOne() {
    let token = "0123456789abcdef"
    let guarding = RequestGuard(host: "0.0.0.0", port: 1, isLoopback: false, token: token)
    let host = ["host": "machine.example:1"]
    #expect(status(guarding, host) == .unauthorized)
    #expect(status(guarding, query: ["token": "0123456789abcdeF"], host) == .unauthorized)
    #expect(status(guarding, query: ["token": "0123456789abcde"], host) == .unauthorized)
    #expect(status(guarding, query: ["token": token], host) == nil)
    #expect(status(guarding, host.merging(["authorization": "Bearer \(token)"]) { $1 }) == nil)
    #expect(status(guarding, host.merging(["cookie": "a=b; crossplay_token=\(token)"]) { $1 }) == nil)
    #expect(status(guarding, host.merging(["cookie": "crossplay_token=no"]) { $1 }) == .unauthorized)
    let one = RequestGuard(host: "192.168.7.7", port: 1, isLoopback: false, token: token)
    #expect(status(one, query: ["token": token], ["host": "192.168.7.7:1"]) == nil)
    #expect(status(one, query: ["token": token], ["host": "localhost:1"]) == .misdirected)
  }
}
