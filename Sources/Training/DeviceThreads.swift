import Foundation
import VulkanCompute

/// Work for several devices, each on a thread of its own.
package enum DeviceThreads {
  /// Calls `body` for every index below `count` and waits for all; with one, on this thread. What `body` holds is released
  /// here: a thread that has come to its end must not take devices down while the process exits.
  ///
  /// - Throws: What was thrown first, also where a thread cannot be started. The others go on to their end.
  package static func run(_ count: Int, _ body: @escaping (Int) throws -> Void) throws {
    guard count > 1 else { return try body(0) }
    let work = Work(body)
    let group = DispatchGroup()
    let failure = FirstError()
    for index in 0..<count {
      group.enter()
      do {
        try HostThread.start("device-\(index)") {
          do { try work.perform(index) } catch { failure.note(error) }
          group.leave()
        }
      } catch {
        failure.note(error)
        group.leave()
      }
    }
    group.wait()
    work.end()
    try failure.rethrow()
  }
}

/// What several threads share, and do not keep.
private final class Work: @unchecked Sendable {
  private var body: ((Int) throws -> Void)?

  init(_ body: @escaping (Int) throws -> Void) { self.body = body }

  /// Not inlined, so that the closure is let go when it returns.
  @inline(never) func perform(_ index: Int) throws { try body?(index) }

  /// After all have performed.
  func end() { body = nil }
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
