import VulkanCompute

extension Patient {
  /// What the engine needs of a device, and what it makes use of.
  func limits() throws -> Outcome {
    let d = description
    let numbers = [
      "memory_bytes": Double(d.memoryBytes), "largest_binding_bytes": Double(d.maxStorageBufferRange),
      "largest_allocation_bytes": Double(clamping: d.maxAllocationBytes),
      "texels": Double(d.maxTexelBufferElements), "shared_memory_bytes": Double(d.maxSharedMemoryBytes),
      "workgroup_invocations": Double(d.maxGroupInvocations), "subgroup_size": Double(d.subgroupSize),
      "offset_alignment_bytes": Double(d.offsetAlignment), "timestamp_nanoseconds": Double(d.timestampPeriod),
      "matrix_units": d.hasCooperativeMatrices ? 1 : 0,
    ]
    guard d.missing.isEmpty else {
      return Outcome(isHealthy: false, sentence: "it lacks \(d.missing.joined(separator: ", "))", numbers: numbers)
    }
    let parts = [
      "\(formatBytes(d.memoryBytes)) of memory", "bindings of \(formatBytes(d.maxStorageBufferRange))",
      "\(formatBytes(d.maxSharedMemoryBytes)) of shared memory", "subgroups of \(d.subgroupSize)",
      d.allowsTexelLoads ? "texel buffers" : "no long texel buffers",
      d.timestampPeriod > 0 ? "timestamps" : "no timestamps",
      d.hasCooperativeMatrices ? "matrix units" : "no matrix units that can be used",
    ]
    return Outcome(
      isHealthy: true, sentence: "it has all that is needed: \(parts.joined(separator: ", "))", numbers: numbers)
  }
}

extension Double {
  /// The number, with no more than what float64 counts exactly.
  fileprivate init(clamping number: Int) { self = Double(min(number, 1 << 53)) }
}
