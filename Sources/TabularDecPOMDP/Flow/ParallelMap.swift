import VulkanCompute

/// The results of `body` for 0 ..< count, in order, computed on all processors. What comes out does not depend on them.
func parallelMap<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
  [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
    nonisolated(unsafe) let base = buffer.baseAddress
    HostPieces.perform(count) { i in (base! + i).initialize(to: body(i)) }
    initialized = count
  }
}
