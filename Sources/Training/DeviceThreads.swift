import Foundation

/// Work for several devices, each on a thread of its own.
package enum DeviceThreads {
  /// Calls `body` for every index below `count` and waits for all; with one, on this thread.
  ///
  /// - Throws: What was thrown first. The others go on to their end.
  package static func run(_ count: Int, _ body: @escaping (Int) throws -> Void) throws {
    guard count > 1 else { return try body(0) }
    nonisolated(unsafe) let body = body
    let group = DispatchGroup()
    let failure = FirstError()
    for index in 0..<count {
      group.enter()
      let thread = Thread {
        do { try body(index) } catch { failure.note(error) }
        group.leave()
      }
      thread.name = "crossplay.device-\(index)"
      thread.stackSize = 8 << 20
      thread.start()
    }
    group.wait()
    try failure.rethrow()
  }
}

/// The first error of several threads.
private final class FirstError: @unchecked Sendable {
  private let lock = NSLock()
  private var error: (any Error)?

  func note(_ error: any Error) { lock.withLock { self.error = self.error ?? error } }

  func rethrow() throws {
    if let error = lock.withLock({ error }) { throw error }
  }
}
