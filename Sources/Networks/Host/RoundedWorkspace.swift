import VulkanCompute

/// What the host needs in mixed precision beside the buffers of all layers: operands of products that stand in float32
/// elsewhere, as words of two bfloat16.
final class RoundedWorkspace {
  /// The parameters of the runs of a window, (P / 2).
  let weights: Buffer<UInt32>
  /// x, (C, Dp / 2); nil where it is listed, or made so.
  let inputs: Buffer<UInt32>?
  /// Gradient by logits and values, by layer, (C, Np / 2); empty unless training.
  let outputGradients: [Int: Buffer<UInt32>]
  /// Hidden states before and after every row, (C, Hp / 2); nil for feed-forward networks.
  let states: (before: Buffer<UInt32>, after: Buffer<UInt32>)?

  /// - Parameter inputs: Dp; nil where x is listed, or made rounded.
  init(
    _ name: String, _ layout: ParameterLayout, inputs: Int?, table: BufferTable, windowRuns: Int, rows: Int,
    training: Bool
  ) {
    func register(_ part: String, _ axes: [(String, Int)]) -> Buffer<UInt32> {
      table.register("\(name).rounded.\(part)", of: UInt32.self, runs: windowRuns, perRun: axes, persistence: .scratch)
    }
    weights = register("weights", [("P/2", layout.count / 2)])
    self.inputs = inputs.map { register("inputs", [("C", rows), ("D/2", $0 / 2)]) }
    let outputs = training ? [layout.actorOutput, layout.criticOutput] : []
    outputGradients = Dictionary(
      uniqueKeysWithValues: outputs.map { index in
        let layer = layout.layers[index]
        return (index, register("\(layer.name).gradient", [("C", rows), ("H/2", layer.paddedOutputs / 2)]))
      })
    states = layout.recurrentLayer.map { index in
      let axes = [("C", rows), ("H/2", layout.layers[index].paddedInputs / 2)]
      return (register("gru.previous", axes), register("gru.hidden", axes))
    }
  }

  var buffers: [AnyBuffer] {
    [weights] + [inputs, states?.before, states?.after].compactMap { $0 } + outputGradients.values
  }
}
