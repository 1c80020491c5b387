import Foundation

/// The threads of Mesa's software device. It reads how many it is to have from the environment when devices are listed, and
/// with none it runs a dispatch on the thread of its queue: without waking others, which takes 20 to 60 us.
enum SoftwareThreads {
  private static let variable = "LP_NUM_THREADS"
  private static let lock = NSLock()

  /// Devices that `body` lists have no threads of their own, unless the user has set their number.
  static func withNone<Result>(_ body: () throws -> Result) rethrows -> Result {
    try lock.withLock {
      guard getenv(variable) == nil else { return try body() }
      setenv(variable, "0", 1)
      defer { unsetenv(variable) }
      return try body()
    }
  }
}
