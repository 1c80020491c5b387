import Foundation
import Logging

/// Output of the commands: results to stdout, where a failure is an error, remarks and progress to stderr, where it is not.
enum Console {
  static let log: Logger = {
    var logger = Logger(label: "crossplay") { _ in PlainLogHandler() }
    logger.logLevel = .info
    return logger
  }()

  /// Makes writing to what is closed a failure that can be handled: signals of broken pipes are ignored, and files that are
  /// opened later never get the numbers of streams that whoever started the process closed.
  static func prepare() {
    signal(SIGPIPE, SIG_IGN)
    for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) == -1 {
      // Reading only, so that results cannot be written to it.
      _ = open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Files that the program, Vulkan's loader and a driver have open at a time.
  private static let leastFiles: rlim_t = 16

  /// Raises the limit of open files where it is too low.
  /// - Throws: `UsageError` where it cannot be raised: Vulkan, threads and files would fail one after another.
  static func requireOpenFiles() throws {
    var limit = rlimit()
    guard getrlimit(.openFiles, &limit) == 0, limit.rlim_cur < leastFiles else { return }
    let found = limit.rlim_cur
    limit.rlim_cur = min(limit.rlim_max, leastFiles)
    guard limit.rlim_cur == leastFiles, setrlimit(.openFiles, &limit) == 0 else {
      throw UsageError(
        "this process may have \(found) files open at a time, and \(leastFiles) are needed; raise the limit (ulimit -n)"
      )
    }
  }

  /// Writes a result and a line break to stdout.
  /// - Throws: `OutputFailure` where that cannot be done.
  static func print(_ result: some CustomStringConvertible) throws {
    guard write("\(result)\n", to: STDOUT_FILENO) else { throw OutputFailure(reason: String(cString: strerror(errno))) }
  }

  /// One JSON object on one line of stdout.
  static func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    try print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// Whether stderr is a terminal that rewrites lines.
  static let rewritesLines = isTerminal && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  private static let isTerminal = isatty(STDERR_FILENO) == 1

  /// Writes to stderr, in a log file with the time in front; what cannot be written is left out.
  static func note(_ text: String) {
    let time = isTerminal ? "" : "\(Date.now.formatted(.iso8601)) "
    _ = write(time + text, to: STDERR_FILENO)
  }

  /// Writes all of a text, waiting for whoever reads it.
  private static func write(_ text: String, to stream: Int32) -> Bool {
    var rest = ArraySlice(text.utf8)
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(stream, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var ready = pollfd(fd: stream, events: Int16(POLLOUT), revents: 0)
        poll(&ready, 1, -1)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }
}

#if canImport(Darwin)
  extension Int32 {
    fileprivate static var openFiles: Int32 { RLIMIT_NOFILE }
  }
#else
  extension __rlimit_resource_t {
    fileprivate static var openFiles: __rlimit_resource_t { .init(RLIMIT_NOFILE.rawValue) }
  }
#endif

/// A result that could not be written to stdout.
struct OutputFailure: Error, CustomStringConvertible {
  let reason: String
  var description: String { "the result cannot be written to stdout: \(reason)" }
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
    Console.note("\(prefix)\(event.message)\n")
  }
}
