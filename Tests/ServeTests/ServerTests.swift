import CHostSupport
import Foundation
import TestSupport
import Testing

@testable import Serve

/// The server as it is spoken to over a connection.
@Suite struct ServerTests {
  /// A server that runs for as long as the value lives.
  private final class Running {
    let server: HTTPServer
    private let stop = Flag()
    private let ended = DispatchGroup()

    init(_ site: any HTTPSite, limits: ServerLimits = ServerLimits(), token: String? = nil) throws {
      server = try HTTPServer(host: "127.0.0.1", port: 0, token: token, site: site, limits: limits)
      let (server, stop) = (server, stop)
      ended.enter()
      Thread.detachNewThread { [ended] in
        server.run { stop.isSet }
        ended.leave()
      }
    }

    /// Waits until all connections are closed.
    func end() {
      stop.set()
      ended.wait()
    }

    deinit { end() }

    /// What comes back for bytes that are sent as they are, until the server closes the connection.
    func exchange(_ text: String) throws -> String {
      let connection = try Connection(port: server.port)
      try connection.send(text)
      return connection.receiveAll()
    }

    /// One GET with a Host that is right.
    func get(_ target: String, _ headers: String = "") throws -> String {
      try exchange("GET \(target) HTTP/1.1\r\nHost: localhost:\(server.port)\r\n\(headers)Connection: close\r\n\r\n")
    }
  }

  private final class Flag: @unchecked Sendable {
    private let lock = NSLock()
    private var value = false
    var isSet: Bool { lock.withLock { value } }
    func set() { lock.withLock { value = true } }
  }

  /// A client's side.
  private final class Connection {
    private let descriptor: Int32

    init(port: UInt16) throws {
      descriptor = crossplay_connect_loopback(port)
      try #require(descriptor >= 0)
    }

    deinit { crossplay_close_politely(descriptor, 0) }

    func send(_ text: String) throws {
      let bytes = Array(text.utf8)
      try #require(crossplay_send(descriptor, bytes, bytes.count, 10_000) == 0)
    }

    func receive() -> String {
      var bytes = [UInt8](repeating: 0, count: 65_536)
      let count = crossplay_receive(descriptor, &bytes, bytes.count, 20_000)
      return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : ""
    }

    func receiveAll() -> String {
      var all = ""
      while true {
        let piece = receive()
        if piece.isEmpty { return all }
        all += piece
      }
    }
  }

  private struct Echo: HTTPSite {
    func response(to request: HTTPRequest) throws -> HTTPResponse {
      if request.path == "/events" {
        return HTTPResponse { stream in
          _ = stream.send("first", json: ["a": 1])
          while stream.isOpen { Thread.sleep(forTimeInterval: 0.01) }
        }
      }
      if request.path == "/fails" { throw Oops() }
      return HTTPResponse("\(request.path) \(request.body.count)", type: "text/plain")
    }

    struct Oops: Error, CustomStringConvertible { let description = "no luck" }
  }

  private func status(_ answer: String) -> Int? {
    answer.split(separator: " ").dropFirst().first.flatMap { Int($0) }
  }

  private func site(_ served: ServedFolder) -> Site {
    Site([served.root], playedGames: served.folder.file("played")) { throw HTTPRefusal(.unavailable, "no device here") }
  }

  @Test func requestsFollowEachOtherOnOneConnection() throws {
    let running = try Running(Echo())
    let host = "Host: localhost:\(running.server.port)\r\n"
    let both = try running.exchange(
      "POST /a HTTP/1.1\r\n\(host)Content-Type: application/json\r\nContent-Length: 3\r\n\r\n{} "
        + "HEAD /b HTTP/1.1\r\n\(host)\r\nGET /c HTTP/1.1\r\n\(host)Connection: close\r\n\r\n")
    #expect(both.components(separatedBy: "HTTP/1.1 200 OK").count == 4)
    #expect(both.contains("/a 3") && !both.contains("/b 0") && both.hasSuffix("/c 0"))
    #expect(both.contains("Content-Security-Policy: default-src 'none'"))
    #expect(status(try running.get("/fails")) == 500)
    #expect(try running.get("/fails").contains("no luck"))
  }

  @Test func whatIsTooLongTooSlowOrTooMuchIsRefused() throws {
    var limits = ServerLimits()
    (limits.headBytes, limits.bodyBytes, limits.requestSeconds) = (1000, 100, 0.3)
    let running = try Running(Echo(), limits: limits)
    let host = "Host: localhost:\(running.server.port)\r\n"
    #expect(status(try running.get("/" + String(repeating: "x", count: 1000))) == 431)
    #expect(status(try running.exchange(String(repeating: "y", count: 5000))) == 431)
    let post = "POST /a HTTP/1.1\r\n\(host)Content-Type: application/json\r\n"
    let body = String(repeating: "z", count: 101)
    #expect(status(try running.exchange("\(post)Content-Length: 101\r\n\r\n\(body)")) == 413)
    // A head and a body that never come to an end.
    #expect(status(try running.exchange("GET / HT")) == 408)
    #expect(status(try running.exchange("\(post)Content-Length: 9\r\n\r\n{}")) == 408)
  }

  @Test func connectionsStreamsAndRequestsAreCounted() throws {
    var limits = ServerLimits()
    (limits.connections, limits.streams, limits.requestsPerSecond, limits.requestsAtOnce) = (3, 1, 1e-6, 4)
    let running = try Running(Echo(), limits: limits)
    let events = "GET /events HTTP/1.1\r\nHost: localhost:\(running.server.port)\r\n\r\n"
    let stream = try Connection(port: running.server.port)
    try stream.send(events)
    var begun = stream.receive()
    while !begun.contains("data: ") { begun += stream.receive() }
    #expect(begun.contains("text/event-stream") && begun.contains("event: first\ndata: {\"a\":1}\n\n"))
    #expect(status(try running.exchange(events)) == 503)
    let second = try Connection(port: running.server.port)
    let third = try Connection(port: running.server.port)
    for connection in [second, third] {
      try connection.send("GET /x HTTP/1.1\r\nHost: localhost:\(running.server.port)\r\n\r\n")
      #expect(status(connection.receive()) == 200)
    }
    // Three connections are open.
    #expect(status(try running.get("/y")) == 503)
    // Four requests were answered or let through; no more come in this life.
    try second.send("GET /z HTTP/1.1\r\nHost: localhost:\(running.server.port)\r\n\r\n")
    #expect(status(second.receive()) == 429)
    withExtendedLifetime((stream, third)) {}
    running.end()
  }

  @Test func onlyThisMachineIsServedWithoutAToken() throws {
    #expect(throws: ServeFailure.needsToken(host: "0.0.0.0")) {
      try HTTPServer(host: "0.0.0.0", port: 0, token: nil, site: Echo())
    }
    let open = { @Sendable () throws -> Never in throw HTTPRefusal(.unavailable, "no device here") }
    let folder = try TemporaryFolder()
    for token in ["short", "0123456789abcdef;", String(repeating: " ", count: 20)] {
      #expect(throws: ServeFailure.shortToken) {
        try Server(folders: [folder.url], playedGames: folder.url, port: 0, token: token) { try open() }
      }
    }
    let running = try Running(Echo(), token: "0123456789abcdef")
    #expect(status(try running.get("/a")) == 401)
    let welcome = try running.get("/?token=0123456789abcdef")
    #expect(status(welcome) == 303)
    #expect(welcome.contains("Set-Cookie: crossplay_token=0123456789abcdef; HttpOnly; SameSite=Strict"))
    #expect(status(try running.get("/a", "Cookie: crossplay_token=0123456789abcdef\r\n")) == 200)
    #expect(throws: ServeFailure.portInUse(host: "127.0.0.1", port: running.server.port)) {
      try HTTPServer(host: "127.0.0.1", port: running.server.port, token: nil, site: Echo())
    }
  }

  @Test func noPathLeadsOutOfTheFoldersAndNothingIsChangedInThem() throws {
    let served = try ServedFolder()
    try served.append(updates: 1...4)
    try served.writeEvaluation()
    try served.write("secret", "secret.txt")
    let before = try FileManager.default.subpathsOfDirectory(atPath: served.folder.url.path).sorted()
    let running = try Running(site(served))
    for target in [
      "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/secret.txt", "/runs/example/config.yaml",
      "//etc/passwd", "/api/../index.html", "/api/training?id=0/../secret.txt", "/api/training?id=..%2f..%2fetc",
      "/api/training?id=/etc", "/api/training?id=0%2Fexample%2Fevaluation", "/api/training", "/api/nothing",
      "/api/game?recorded=..%2F..%2Fsecret", "/api/game?seats=..%2F..%2Fetc:0", "/api/picture?key=x&step=0&view=all",
      "/api/matrix?id=0%2Fexample%2Fevaluation&mode=none",
    ] {
      let answer = try running.get(target)
      #expect([400, 404].contains(status(answer)), "\(target): \(answer)")
      #expect(!answer.contains("secret\n") && !answer.contains("root:"), "\(target)")
    }
    for (method, target) in [("POST", "/api/folders"), ("POST", "/"), ("GET", "/api/sit")] {
      let answer = try running.exchange(
        "\(method) \(target) HTTP/1.1\r\nHost: localhost:\(running.server.port)\r\nContent-Type: application/json\r\n"
          + "Connection: close\r\n\r\n")
      #expect(status(answer) == 405, "\(method) \(target)")
    }
    let other = try running.exchange("GET /api/folders HTTP/1.1\r\nHost: attacker.example\r\nConnection: close\r\n\r\n")
    #expect(status(other) == 421 && !other.contains("example/"))
    for target in [
      "/", "/style.css", "/app.js", "/api/folders", "/api/training?id=0%2Fexample", "/api/curves?id=0%2Fexample",
      "/api/curves?id=0%2Fexample&configuration=entropy_coefficient%3D0.1",
      "/api/evaluation?id=0%2Fexample%2Fevaluation", "/api/matrix?id=0%2Fexample%2Fevaluation&mode=greedy",
      "/api/sweep?id=0%2Fexample%2Fevaluation&figure=sweep", "/api/sweep?id=0%2Fexample%2Fevaluation&figure=gap",
      "/api/scores",
    ] {
      #expect(status(try running.get(target)) == 200, "\(target)")
    }
    #expect(try FileManager.default.subpathsOfDirectory(atPath: served.folder.url.path).sorted() == before)
  }

  @Test func theListAndTheCurvesSayWhatIsThere() throws {
    let served = try ServedFolder()
    try served.append(updates: 1...4, diverged: 3)
    try served.writeEvaluation()
    try served.write("surprise: 3", "runs/broken/config.yaml")
    let site = site(served)
    func json(_ path: String, _ query: [String: String] = [:]) throws -> [String: Any] {
      let response = try site.response(to: HTTPRequest(method: .get, path: path, query: query))
      guard case .bytes(let data) = response.body else { return [:] }
      return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
    let trainings = try #require(try json("/api/folders")["trainings"] as? [[String: Any]])
    #expect(trainings.map { $0["path"] as? String } == ["runs/broken", "runs/example"])
    #expect((trainings[0]["problem"] as? String)?.contains("broken/config.yaml") == true)
    #expect(trainings[1]["update"] as? Int == 4 && trainings[1]["updates"] as? Int == 10)
    #expect(trainings[1]["progress"] as? Double == 0.4 && trainings[1]["is_active"] as? Bool == true)
    #expect(trainings[1]["evaluation"] as? String == "0/example/evaluation")

    let curves = try json("/api/curves", ["id": "0/example"])
    let listed = try #require(curves["curves"] as? [[String: Any]])
    #expect(listed.map { $0["name"] as? String } == ["0", "0.1"] && listed.map { $0["diverged"] as? Int } == [0, 1])
    // Runs 2 and 3: returns of 20 + update and 30 + update, mean 25 + update, standard error 5.
    let means = try #require(listed[1]["means"] as? [Any])
    let errors = try #require(listed[1]["errors"] as? [Any])
    #expect(means[0] as? [Double] == [26, 27, 28, 29] && errors[0] as? [Double] == [5, 5, 5, 5])

    let details = try json("/api/evaluation", ["id": "0/example/evaluation"])
    #expect(details["swept"] as? String == "entropy coefficient" && details["seats"] as? Int == 2)
    let rows = try #require(details["rows"] as? [[String: Any]])
    let selfPlay = try #require(rows[0]["self_play"] as? [String: Any])
    // (0 + 1.125) / 2
    #expect(selfPlay["mean"] as? Double == 0.5625)
  }
}
