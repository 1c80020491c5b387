import CShaders
import Configuration
import Networks
import VulkanCompute

/// What one update of a run leaves on its way, to be held against float64 or another device.
package struct UpdateProbe {
  /// (T, N, A): what the policy chose.
  package let actions: [UInt32]
  /// (T, N, A)
  package let logProbabilities: [Float]
  /// (T + 1, N, A)
  package let values: [Float]
  /// (T, N, A)
  package let advantages: [Float]
  /// (P): the policy that learned, with padding.
  package let parameters: [Float]
  /// (P): of the last minibatch, before clipping.
  package let gradient: [Float]
  /// (P): what the Adam steps added to the parameters.
  package let step: [Float]
}

extension Trainer {
  /// Metrics of the next updates: one entry per update, with one element per run.
  @discardableResult
  package func train(updates: Int) throws -> [[RunMetrics]] {
    try (0..<updates).compactMap { _ in
      _ = try submitUpdate()
      return try finishUpdate()
    }
  }

  /// Plays a rollout of the first run, moves its policy, so that ratios differ from 1 and clips bind, and learns for one epoch.
  ///
  /// - Parameters:
  ///   - state: The hidden states that the rollout begins with, by position; for recurrent networks.
  ///   - shift: What is added to the parameters after the rollout, by position.
  package func probeUpdate(state: (Int) -> Float = { _ in 0 }, shift: (Int) -> Float) throws -> UpdateProbe {
    let parts = parts
    if let states = parts.chunk.sequences?.states {
      let (width, padded) = (architecture.gru ?? 0, shape.hiddenWidth ?? 1)
      try states.write((0..<shape.rowsPerStep * padded).map { $0 % padded < width ? state($0) : 0 }, run: 0)
    }
    try device.run { try parts.recordRollout($0, runs: 0..<1) }
    var moved = try parameters(run: 0)
    for place in layout.layers.flatMap({ $0.weightPlaces + $0.biasPlaces }) { moved[place] += shift(place) }
    try parts.learner.parameters.write(moved, run: 0)
    try device.run { recorder in
      parts.network.adopt(recorder, parameters: parts.learner.parameters.window(runs: 0..<1))
      parts.learner.recordBegin(recorder, runs: 0..<1)
      parts.learner.recordComputeAdvantages(recorder, runs: 0..<1)
      try parts.learner.recordImprove(recorder, runs: 0..<1, epoch: 0)
    }
    let (buffers, rows) = (parts.buffers, shape.rows)
    return UpdateProbe(
      actions: Array(try buffers.actions.read(run: 0).prefix(rows)),
      logProbabilities: Array(try buffers.logProbabilities.read(run: 0).prefix(rows)),
      values: Array(try buffers.values.read(run: 0).prefix(rows + shape.rowsPerStep)),
      advantages: Array(try buffers.advantages.read(run: 0).prefix(rows)), parameters: moved,
      // Kernels leave the sum over the splits in the first of them.
      gradient: Array(try parts.learner.gradients.read(run: 0).prefix(layout.count)),
      step: zip(try parameters(run: 0), moved).map { $0 - $1 })
  }
}
