import ArgumentParser
import CHostSupport
import Foundation

/// A person, a terminal or a queue that wants the process to stop: by SIGINT, SIGTERM or SIGHUP. What can be continued
/// later comes to a good end first; a second signal ends the process at once.
enum StopRequest {
  /// From now on signals are requests.
  static func await() { crossplay_stop_signals_begin() }

  /// From now on signals end the process at once, for work that is not worth continuing.
  static func ignore() { crossplay_stop_signals_end() }

  static var isMade: Bool { crossplay_stop_signal() != 0 }

  /// Ends the command if it was asked to stop.
  ///
  /// - Parameter standing: What is kept, for example "after update 3 of 8".
  /// - Throws: `ExitCode` 128 + the signal's number, after saying how the work is continued.
  static func end(_ standing: @autoclosure () -> String) throws {
    guard isMade else { return }
    let number = crossplay_stop_signal()
    let name = [SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP"][number] ?? "signal \(number)"
    Console.log.notice("stopped by \(name) \(standing()); this continues:")
    Console.log.notice("\(continuation(of: Array(CommandLine.arguments.dropFirst())))")
    throw ExitCode(128 + number)
  }

  /// The command that goes on where this one stopped, ready for a shell.
  static func continuation(of arguments: [String]) -> String {
    let training: Set = ["train", "experiment"]
    let resume = arguments.first.map(training.contains) == true && !arguments.contains("--resume") ? ["--resume"] : []
    return (["crossplay"] + arguments + resume).map(quoted).joined(separator: " ")
  }

  /// One word of a POSIX shell.
  private static func quoted(_ word: String) -> String {
    let plain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "@%_+=:,./-".contains($0)) }
    return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
