import Foundation

/// One request, checked and decoded.
struct HTTPRequest: Sendable {
  enum Method: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
  }

  var method: Method
  /// Decoded, begins with a slash and has no part `.` or `..`.
  var path: String
  /// Decoded; the last of equal names.
  var query: [String: String] = [:]
  /// By name in small letters.
  var headers: [String: String] = [:]
  var body = Data()

  /// Whether the connection is closed after the answer.
  var isLast: Bool { headers["connection"].map { $0.lowercased().contains("close") } ?? false }
}

/// A request that is refused: the status, and one sentence for its reader.
struct HTTPRefusal: Error, Equatable, CustomStringConvertible {
  enum Status: Int, Sendable {
    case badRequest = 400
    case unauthorized = 401
    case forbidden = 403
    case notFound = 404
    case methodNotAllowed = 405
    case requestTimeout = 408
    case conflict = 409
    case contentTooLarge = 413
    case targetTooLong = 414
    case unsupportedMediaType = 415
    case misdirected = 421
    case tooManyRequests = 429
    case headersTooLarge = 431
    case internalError = 500
    case notImplemented = 501
    case unavailable = 503
    case versionNotSupported = 505
  }

  let status: Status
  let description: String

  init(_ status: Status, _ description: String) { (self.status, self.description) = (status, description) }
}

extension HTTPRequest {
  /// Reads the first line and the headers, as they stand before the empty line.
  init(head: some Collection<UInt8>, limits: ServerLimits) throws(HTTPRefusal) {
    guard head.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 == 0x0D || $0 == 0x0A || $0 == 0x09 || $0 >= 0x80 }) else {
      throw HTTPRefusal(.badRequest, "the request holds control characters")
    }
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
    let words = (lines.first ?? "").split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, !words[1].isEmpty else {
      throw HTTPRefusal(.badRequest, "the request has no method, target and version")
    }
    guard words[2] == "HTTP/1.1" else { throw HTTPRefusal(.versionNotSupported, "only HTTP/1.1 is spoken here") }
    guard let method = Method(rawValue: String(words[0])) else {
      throw HTTPRefusal(.methodNotAllowed, "only GET, HEAD and POST are answered here")
    }
    guard lines.count - 1 <= limits.headers else {
      throw HTTPRefusal(.headersTooLarge, "a request has at most \(limits.headers) headers")
    }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy({ $0.isASCII && !$0.isWhitespace }),
        !line.contains("\r"), !line.contains("\n")
      else { throw HTTPRefusal(.badRequest, "a header has no name or no value") }
      let name = parts[0].lowercased()
      guard headers[name] == nil || !["host", "content-length", "origin"].contains(name) else {
        throw HTTPRefusal(.badRequest, "the header \(name) is there twice")
      }
      headers[name] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    guard headers["transfer-encoding"] == nil else {
      throw HTTPRefusal(.notImplemented, "a body needs a Content-Length")
    }
    let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    self.init(method: method, path: try Self.path(target[0]), headers: headers)
    if target.count == 2 { query = try Self.query(target[1]) }
  }

  /// The bytes of the body that follow.
  func bodyLength(limits: ServerLimits) throws(HTTPRefusal) -> Int {
    guard let text = headers["content-length"] else { return 0 }
    guard let length = Int(text), length >= 0, text.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      throw HTTPRefusal(.badRequest, "Content-Length is not a number")
    }
    guard length <= limits.bodyBytes else {
      throw HTTPRefusal(.contentTooLarge, "a body has at most \(limits.bodyBytes) bytes")
    }
    return length
  }

  private static func path(_ text: Substring) throws(HTTPRefusal) -> String {
    guard let path = text.removingPercentEncoding, path.hasPrefix("/"), !path.contains("\0"), !path.contains("\\"),
      !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." })
    else { throw HTTPRefusal(.badRequest, "the path is not one of this site") }
    return path
  }

  private static func query(_ text: Substring) throws(HTTPRefusal) -> [String: String] {
    var query: [String: String] = [:]
    for part in text.split(separator: "&") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let words = pair.map { $0.replacing("+", with: " ").removingPercentEncoding }
      guard let name = words[0], let value = words.count == 2 ? words[1] : "" else {
        throw HTTPRefusal(.badRequest, "the query is not percent-encoded UTF-8")
      }
      query[name] = value
    }
    return query
  }
}
