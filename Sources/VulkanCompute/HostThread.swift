import CHostSupport
import Foundation

/// Threads of the process's own, for work that has to begin. Those of libdispatch are not: where no thread can be started, for
/// want of memory say, it tries again for ever.
public enum HostThread {
  /// Calls `body` on a thread of its own.
  ///
  /// - Parameter name: What debuggers show, at most 15 bytes.
  /// - Throws: `VulkanError` where no thread can be started; `body` is then not called.
  public static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws {
    let box = Unmanaged.passRetained(Box(body: body))
    let error = crossplay_start_thread(
      name,
      { context in
        guard let context else { return }
        Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
      }, box.toOpaque())
    guard error == 0 else {
      box.release()
      throw VulkanError(
        .outOfMemory,
        "no thread can be started (\(String(cString: strerror(error)))); allow the process more memory or more threads")
    }
  }

  private final class Box: Sendable {
    let body: @Sendable () -> Void

    init(body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

/// Work in the order in which it comes, on a thread of its own.
final class HostQueue: Sendable {
  private let state = State()

  /// - Throws: What `HostThread.start` throws.
  init(_ name: String) throws {
    try HostThread.start(name) { [state] in
      while let work = state.next() {
        work()
        state.finish()
      }
    }
  }

  deinit { state.end() }

  func perform(_ work: @escaping @Sendable () -> Void) { state.add(work) }

  /// Blocks until all work that has come is done.
  func drain() { state.drain() }

  private final class State: @unchecked Sendable {
    private let condition = NSCondition()
    private var waiting: [@Sendable () -> Void] = []
    private var isBusy = false
    private var isEnded = false

    func add(_ work: @escaping @Sendable () -> Void) {
      condition.withLock {
        waiting.append(work)
        condition.broadcast()
      }
    }

    func drain() {
      condition.withLock { while isBusy || !waiting.isEmpty { condition.wait() } }
    }

    func end() {
      condition.withLock {
        isEnded = true
        condition.broadcast()
      }
    }

    /// Waits for work; nil at the end.
    func next() -> (@Sendable () -> Void)? {
      condition.withLock {
        while waiting.isEmpty && !isEnded { condition.wait() }
        guard !waiting.isEmpty else { return nil }
        isBusy = true
        return waiting.removeFirst()
      }
    }

    func finish() {
      condition.withLock {
        isBusy = false
        if waiting.isEmpty { condition.broadcast() }
      }
    }
  }
}
