import Foundation

/// Who may ask: readers of this machine who address it by its own name, or those who know the token.
///
/// A page of another site can make a browser send requests here, also under a name of its own that leads to this machine (DNS
/// rebinding). Such requests carry that name in Host or Origin and are refused.
struct RequestGuard: Sendable {
  /// Names in Host, with the port; nil where every name leads here, and the token alone decides.
  let hosts: Set<String>?
  let token: String?

  /// - Parameters:
  ///   - host: The address that the server listens at.
  ///   - token: Needed where other machines can reach it.
  init(host: String, port: UInt16, isLoopback: Bool, token: String?) {
    self.token = token
    func named(_ host: String) -> [String] {
      let name = host.contains(":") ? "[\(host)]" : host
      return port == 80 ? [name, "\(name):80"] : ["\(name):\(port)"]
    }
    let isEveryAddress = ["0.0.0.0", "::"].contains(host)
    hosts = isEveryAddress ? nil : Set((isLoopback ? [host, "127.0.0.1", "localhost", "::1"] : [host]).flatMap(named))
  }

  static let cookie = "crossplay_token"

  /// Refuses what must not be answered.
  func check(_ request: HTTPRequest) throws(HTTPRefusal) {
    guard let host = request.headers["host"]?.lowercased(), hosts?.contains(host) ?? true else {
      throw HTTPRefusal(.misdirected, "the request is for another host")
    }
    if let origin = request.headers["origin"], origin.lowercased() != "http://\(host)" {
      throw HTTPRefusal(.forbidden, "requests of other sites are not answered")
    }
    if let site = request.headers["sec-fetch-site"], request.path.hasPrefix("/api/"),
      !["same-origin", "none"].contains(site)
    {
      throw HTTPRefusal(.forbidden, "requests of other sites are not answered")
    }
    if request.method == .post, request.headers["content-type"] != "application/json" {
      throw HTTPRefusal(.unsupportedMediaType, "a body is JSON, with the type application/json")
    }
    guard let token else { return }
    let given = [bearer(request), cookie(request), request.query["token"]]
    guard given.contains(where: { $0.map { Self.equal($0, token) } ?? false }) else {
      throw HTTPRefusal(.unauthorized, "open the address that crossplay serve printed, which has the token in it")
    }
  }

  /// The cookie that a browser keeps in place of the token in the address; nil where the address has none.
  func cookieToSet(_ request: HTTPRequest) -> String? {
    guard let token, request.query["token"] != nil else { return nil }
    return "\(Self.cookie)=\(token); HttpOnly; SameSite=Strict; Path=/"
  }

  private func bearer(_ request: HTTPRequest) -> String? {
    guard let value = request.headers["authorization"], value.hasPrefix("Bearer ") else { return nil }
    return String(value.dropFirst("Bearer ".count))
  }

  private func cookie(_ request: HTTPRequest) -> String? {
    let name = "\(Self.cookie)="
    let cookies = (request.headers["cookie"] ?? "").split(separator: ";")
    let own = cookies.lazy.map { $0.trimmingCharacters(in: .whitespaces) }.first { $0.hasPrefix(name) }
    return own.map { String($0.dropFirst(name.count)) }
  }

  /// In a time that does not depend on where the texts differ.
  private static func equal(_ a: String, _ b: String) -> Bool {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
