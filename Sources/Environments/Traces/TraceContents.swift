import Foundation

/// A file of recorded games that cannot be used, and why.
public struct TraceError: Error, CustomStringConvertible, Equatable {
  public let file: String
  public let problem: String
  public var description: String { "\(file): \(problem)" }

  public init(file: String, problem: String) {
    self.file = file
    self.problem = problem
  }
}

/// The expanded JSON of one file of recorded games (`.json` or `.json.gz`).
public struct TraceContents: Sendable {
  public let file: String
  public let data: Data
  /// The game, as in `environment.name`.
  public let environmentName: String
  /// Whether this is a replay of hanab.live and not a file of recorded games of ours.
  public let isHanabLive: Bool

  private struct Header: Decodable {
    let format: Int
    let env: String
  }

  /// A replay of hanab.live, which says neither format nor game.
  private struct HanabLiveHeader: Decodable {
    struct Entry: Decodable {}
    let players: [String]
    let deck: [Entry]
    let actions: [Entry]
  }

  /// The format that this version reads.
  static let format = 2

  /// - Throws: `TraceError` that names the file.
  public init(file: String) throws {
    let size = try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
    guard size ?? 0 <= Gunzip.maximumBytes else {
      throw TraceError(
        file: file, problem: "has more than \(Gunzip.maximumBytes >> 20) MiB, which no recorded games have")
    }
    let raw: Data
    do {
      raw = try Data(contentsOf: URL(fileURLWithPath: file))
    } catch {
      throw TraceError(file: file, problem: "cannot be read; check the path")
    }
    try self.init(file: file, data: raw)
  }

  /// - Parameter data: JSON, or gzip of it.
  public init(file: String, data: Data) throws {
    self.file = file
    do {
      self.data = data.starts(with: Gunzip.magic) ? try Gunzip.expand(data) : data
    } catch Gunzip.Failure.truncated {
      throw TraceError(file: file, problem: "the gzip data ends too early; the file is truncated, copy it again")
    } catch Gunzip.Failure.tooLarge {
      throw TraceError(file: file, problem: "expands to more than \(Gunzip.maximumBytes >> 20) MiB")
    } catch {
      throw TraceError(file: file, problem: "the gzip data is damaged; copy the file again")
    }
    if (try? JSONDecoder().decode(HanabLiveHeader.self, from: self.data)) != nil {
      environmentName = HanabiEnvironment.name
      isHanabLive = true
      return
    }
    isHanabLive = false
    let header = try Self.decode(Header.self, from: self.data, file: file)
    guard header.format == Self.format else {
      throw TraceError(file: file, problem: "has format \(header.format); this version reads format \(Self.format)")
    }
    environmentName = header.env
  }

  /// - Throws: `TraceError` that says where the JSON differs from what the game expects.
  public func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try Self.decode(type, from: data, file: file)
  }

  /// An error about this file.
  public func error(_ problem: String) -> TraceError { TraceError(file: file, problem: problem) }

  private static func decode<Value: Decodable>(_ type: Value.Type, from data: Data, file: String) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let DecodingError.keyNotFound(key, context) {
      throw TraceError(file: file, problem: "the key \(key.stringValue) is missing\(place(context.codingPath))")
    } catch let DecodingError.typeMismatch(_, context), let DecodingError.valueNotFound(_, context) {
      throw TraceError(file: file, problem: "\(context.debugDescription)\(place(context.codingPath))")
    } catch {
      throw TraceError(file: file, problem: "is not valid JSON; it may be truncated, copy it again")
    }
  }

  private static func place(_ path: [any CodingKey]) -> String {
    path.isEmpty ? "" : " at " + path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
  }
}
