import Foundation
import Logging

/// Output of the commands: results to stdout, remarks to stderr through the log.
enum Console {
  static let log: Logger = {
    var logger = Logger(label: "crossplay") { _ in PlainLogHandler() }
    logger.logLevel = .info
    return logger
  }()

  /// One JSON object on one line of stdout.
  static func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}

/// Remarks for people: the message alone, prefixed with its level if it is a warning or worse.
private struct PlainLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let prefix = event.level >= .warning ? "\(event.level): " : ""
    FileHandle.standardError.write(Data("\(prefix)\(event.message)\n".utf8))
  }
}
