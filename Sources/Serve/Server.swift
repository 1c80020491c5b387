import Foundation
import VulkanCompute

/// The local page of `crossplay serve`: trainings, matrices, games, over folders that it only reads.
public struct Server: Sendable {
  private let server: HTTPServer
  private let host: String
  private let token: String?

  /// Begins to listen.
  ///
  /// - Parameters:
  ///   - folders: Everything below them is shown.
  ///   - host: The address to listen at; any but those of this machine alone needs a token.
  ///   - port: 0 for a free one.
  ///   - playedGames: Where games that people play are recorded; made with the first.
  ///   - openDevice: Called for the first game that is played.
  ///   - token: What readers must know; 16 characters or more of letters, digits, `-` and `_`.
  /// - Throws: `ServeFailure`.
  public init(
    folders: [URL], playedGames: URL, host: String = "127.0.0.1", port: UInt16, token: String? = nil,
    openDevice: @escaping @Sendable () throws -> Device
  ) throws {
    if let token {
      guard token.count >= ServeFailure.tokenLength, token.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil else {
        throw ServeFailure.shortToken
      }
    }
    (self.host, self.token) = (host, token)
    server = try HTTPServer(
      host: host, port: port, token: token, site: Site(folders, playedGames: playedGames, openDevice: openDevice))
  }

  /// What to open in a browser.
  public var address: String {
    let every = ["0.0.0.0", "::"].contains(host)
    let name = every ? ProcessInfo.processInfo.hostName : host.contains(":") ? "[\(host)]" : host
    return "http://\(name):\(server.port)/" + (token.map { "?token=\($0)" } ?? "")
  }

  /// Answers until it is asked to stop.
  public func run(isStopping: @escaping @Sendable () -> Bool) { server.run(isStopping: isStopping) }
}
