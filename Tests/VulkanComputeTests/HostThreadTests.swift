import Foundation
import Testing

@testable import VulkanCompute

@Suite struct HostThreadTests {
  private final class Log: @unchecked Sendable {
    private let lock = NSLock()
    private var entries: [Int] = []

    func add(_ entry: Int) { lock.withLock { entries.append(entry) } }
    var all: [Int] { lock.withLock { entries } }
  }

  @Test func workIsDoneInOrder() throws {
    let queue = try HostQueue("test")
    let log = Log()
    queue.drain()
    for number in 0..<1000 { queue.perform { log.add(number) } }
    queue.drain()
    #expect(log.all == Array(0..<1000))
  }

  @Test func workThatHasComeIsDoneAfterTheQueueIsGone() throws {
    let log = Log()
    let done = DispatchGroup()
    done.enter()
    try {
      let queue = try HostQueue("test")
      for number in 0..<10 { queue.perform { log.add(number) } }
      queue.perform { done.leave() }
    }()
    done.wait()
    #expect(log.all == Array(0..<10))
  }

  /// Where no thread can be started, libdispatch waits for ever: a training with too little memory would hang.
  @Test func nothingNeedsThreadsOfLibdispatch() throws {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Sources")
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var count = 0
    for case let file as URL in files where file.pathExtension == "swift" {
      count += 1
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(!text.contains("DispatchQueue") && !text.contains("Thread.detach"), "\(file.lastPathComponent)")
    }
    #expect(count > 100)
  }
}
