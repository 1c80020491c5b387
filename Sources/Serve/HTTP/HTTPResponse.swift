import Foundation

/// One answer.
struct HTTPResponse {
  enum Body {
    case bytes(Data)
    /// Sends events for as long as the reader stays (server-sent events).
    case events((EventStream) -> Void)
  }

  var status = 200
  var type: String
  var body: Body
  /// Beside those that every answer has.
  var headers: [(name: String, value: String)] = []

  init(_ bytes: Data, type: String) {
    (self.type, body) = (type, .bytes(bytes))
  }

  init(_ text: String, type: String) { self.init(Data(text.utf8), type: type) }

  init(events: @escaping (EventStream) -> Void) {
    (type, body) = ("text/event-stream", .events(events))
  }

  /// As JSON with keys in snake_case.
  init(json value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    self.init(try encoder.encode(value), type: "application/json")
  }

  init(_ refusal: HTTPRefusal) {
    struct Problem: Encodable { let error: String }
    let text = (try? JSONEncoder().encode(Problem(error: refusal.description))) ?? Data("{}".utf8)
    self.init(text, type: "application/json")
    status = refusal.status.rawValue
    if refusal.status == .tooManyRequests || refusal.status == .unavailable { headers = [("Retry-After", "1")] }
    if refusal.status == .unauthorized { headers = [("WWW-Authenticate", "Bearer")] }
  }

  /// The first line and all headers, with the empty line behind them.
  ///
  /// The page may load its own files and nothing else; no other site may show it or read from it.
  func head(closes: Bool) -> Data {
    var lines = ["HTTP/1.1 \(status) \(Self.reasons[status] ?? "Status")", "Content-Type: \(type)"]
    if case .bytes(let data) = body { lines.append("Content-Length: \(data.count)") }
    lines += [
      "Cache-Control: no-store", "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY",
      "Referrer-Policy: no-referrer", "Cross-Origin-Resource-Policy: same-origin",
      "Cross-Origin-Opener-Policy: same-origin",
      "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ]
    lines += headers.map { "\($0.name): \($0.value)" }
    lines.append("Connection: \(closes ? "close" : "keep-alive")")
    return Data((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }

  private static let reasons = [
    200: "OK", 303: "See Other", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 408: "Request Timeout", 409: "Conflict", 413: "Content Too Large", 414: "URI Too Long",
    415: "Unsupported Media Type", 421: "Misdirected Request", 429: "Too Many Requests",
    431: "Request Header Fields Too Large", 500: "Internal Server Error", 501: "Not Implemented",
    503: "Service Unavailable", 505: "HTTP Version Not Supported",
  ]
}

/// A connection whose reader waits for news.
struct EventStream {
  let connection: HTTPConnection

  /// Whether the reader is still there and the server goes on.
  var isOpen: Bool { connection.isOpen }

  /// Sends one event, of one line of JSON.
  /// - Returns: Whether the reader took it.
  func send(_ name: String, json: some Encodable) -> Bool {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    guard let data = try? encoder.encode(json) else { return false }
    return connection.send(Data("event: \(name)\ndata: ".utf8) + data + Data("\n\n".utf8))
  }

  /// Says nothing, so that a reader that has gone is noticed.
  func sendNothing() -> Bool { connection.send(Data(":\n\n".utf8)) }
}
