import Dispatch
import Foundation
import TestSupport
import Testing
import VulkanCompute

struct HostPiecesTests {
  private static let many = 100_000_000  // operations: enough for several threads

  /// Steps one after the other, at the same time and inside each other.
  @Test func everyPieceRunsOnce() {
    let (callers, steps, pieces) = (4, 50, 37)
    let counts = UnsafeMutablePointer<UInt32>.allocate(capacity: callers * steps * pieces)
    defer { counts.deallocate() }
    counts.initialize(repeating: 0, count: callers * steps * pieces)
    nonisolated(unsafe) let own = counts
    DispatchQueue.concurrentPerform(iterations: callers) { caller in
      for step in 0..<steps {
        let first = (caller * steps + step) * pieces
        HostPieces.perform(pieces, operations: Self.many) { piece in
          if piece == 0 {
            HostPieces.perform(2, operations: Self.many) { inner in if inner == 1 { own[first] += 1 } }
          } else {
            own[first + piece] += 1
          }
        }
      }
    }
    #expect((0..<callers * steps * pieces).allSatisfy { counts[$0] == 1 })
  }

  @Test func aDeviceForSmallDispatchesLeavesTheEnvironmentAsItWas() throws {
    let before = ProcessInfo.processInfo.environment["LP_NUM_THREADS"]
    _ = try Device(smallDispatches: true)
    #expect(ProcessInfo.processInfo.environment["LP_NUM_THREADS"] == before)
  }
}
