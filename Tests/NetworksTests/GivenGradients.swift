import CHostKernels
import CShaders
import Networks
import VulkanCompute

/// A loss whose gradients by the outputs of the network stand in the workspace already.
struct GivenGradients {
  let loss: BoundOperation

  /// accumulate_metrics.comp, which adds nothing to one number per row of the workspace.
  init(_ device: Device, runs: Int = 1, rows: Int) throws {
    let operation = try device.operation(
      "PPO/accumulate_metrics.comp", macros: ["CHUNK_ROWS": "1u"], host: HostBody(host_accumulate_metrics))
    let statistics = try device.buffer("row_statistics", of: Float.self, count: rows)
    let metrics = try device.buffer("metrics", of: Float.self, count: (runs - 1) * Int(RUN_SCALARS) + rows)
    loss = operation.bind(
      ["row_statistics": statistics.whole, "metrics": metrics.whole], push: ChunkDispatch(),
      over: .workgroups(rows, runs: runs))
  }
}

extension ObservationSource {
  /// One bit per feature.
  static func bits(words: Int) -> ObservationSource {
    ObservationSource(
      include: "Common/bit_observations.glsl", macros: [:], wordCount: words, expansion: HostBody(host_expand_bits))
  }
}
