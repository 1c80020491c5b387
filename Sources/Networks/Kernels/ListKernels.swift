import CShaders
import VulkanCompute

/// The kernels of first layers that read lists.
final class ListKernels {
  /// A layer that reads lists.
  struct FirstLayer {
    let base: Buffer<Float>  // (window, O): what it makes of the static part
    let forward: Kernel
  }

  /// By index in the layout.
  let layers: [Int: FirstLayer]
  private let inputs: ListedInputs
  private let base: Kernel
  private let backwardWeights: Kernel
  private let staticGradients: Kernel

  /// - Parameter name: Prefix of the buffers in `table`.
  init(
    _ name: String, _ inputs: ListedInputs, layout: ParameterLayout, halves: HalfFormat?, device: Device,
    table: BufferTable, windowRuns: Int
  ) throws {
    self.inputs = inputs
    let rows = KernelPasses.rowMacros(halves)
    // Sums that are normalised are float32 themselves, their gradients are not.
    func outputs(_ activation: NetworkArchitecture.Activation?) -> [String: any CustomStringConvertible] {
      DenseKernels.macros(activation).merging(activation == nil ? [:] : rows) { $1 }
    }
    let first = layout.layers.enumerated().filter { $0.element.source == nil }
    let kernels = try Dictionary(
      uniqueKeysWithValues: Set(first.map(\.element.activation)).map { activation in
        (activation, try device.kernel("Network/sparse_forward.comp", macros: outputs(activation)))
      })
    layers = Dictionary(
      uniqueKeysWithValues: first.compactMap { index, layer in
        let base = table.register(
          "\(name).\(layer.name).base", of: Float.self, runs: windowRuns, perRun: [("H", layer.paddedOutputs)],
          persistence: .scratch)
        return kernels[layer.activation].map { (index, FirstLayer(base: base, forward: $0)) }
      })
    base = try device.kernel("Network/sparse_base.comp")
    backwardWeights = try device.kernel("Network/sparse_backward_weights.comp", macros: rows)
    staticGradients = try device.kernel("Network/sparse_static_gradients.comp")
  }

  func dispatchBase(
    _ recorder: CommandRecorder, _ layer: FirstLayer, push: DenseDispatch, policies: Policies, runs: Int
  ) {
    let push = sparse(push, baseStride: layer.base.runStride)
    recorder.dispatch(
      base,
      [
        "parameters": policies.parameters, "policy_indices": policies.indices.window,
        "static_entries": inputs.staticEntries.whole, "base": layer.base.window(runs: 0..<runs),
      ], push: push, groups: base.groups(for: Int(push.layer.outputs) / 4), runs,
      work: staticWork(outputs: Int(push.layer.outputs), runs))
  }

  func dispatchForward(
    _ recorder: CommandRecorder, _ layer: FirstLayer, push: DenseDispatch, policies: Policies, rows: Rows,
    outputs: BufferWindow, work: Work
  ) {
    let push = sparse(push, baseStride: layer.base.runStride)
    recorder.dispatch(
      layer.forward,
      [
        "parameters": policies.parameters, "base": layer.base.window(runs: 0..<rows.runs),
        "entries": inputs.entries.window(runs: 0..<rows.runs), "lengths": inputs.lengths.window(runs: 0..<rows.runs),
        "row_counts": rows.counts.window, "policy_indices": policies.indices.window, "outputs": outputs,
      ], push: push, groups: layer.forward.groups(for: rows.count * Int(push.layer.outputs) / 4), rows.runs, work: work)
  }

  func dispatchBackwardWeights(
    _ recorder: CommandRecorder, push: DenseDispatch, rows: Rows, outputGradients: BufferWindow,
    gradients: BufferWindow, splits: Int, work: Work
  ) {
    let push = sparse(push, splits: splits)
    let block = Int(SPARSE_FEATURE_BLOCK)
    let blocks = (Int(push.layer.inputs) + block - 1) / block + 1  // the last sums the bias
    recorder.dispatch(
      backwardWeights,
      [
        "entries": inputs.entries.window(runs: 0..<rows.runs), "lengths": inputs.lengths.window(runs: 0..<rows.runs),
        "output_gradients": outputGradients, "row_counts": rows.counts.window, "gradients": gradients,
      ], push: push, groups: backwardWeights.groups(for: blocks * Int(push.layer.outputs) / 4), splits, rows.runs,
      work: work)
  }

  func dispatchStaticGradients(
    _ recorder: CommandRecorder, of layer: ParameterLayout.Layer, _ layout: ParameterLayout, gradients: RunWindow,
    splits: Int, runs: Int
  ) {
    guard inputs.staticCount > 0 else { return }
    let push = StaticGradientsDispatch(
      static_count: UInt32(inputs.staticCount), outputs: UInt32(layer.paddedOutputs),
      weight_offset: UInt32(layer.weightOffset), bias_offset: UInt32(layer.biasOffset),
      parameter_stride: UInt32(layout.count), gradient_stride: UInt32(gradients.stride))
    recorder.dispatch(
      staticGradients, ["static_entries": inputs.staticEntries.whole, "gradients": gradients.window], push: push,
      groups: staticGradients.groups(for: inputs.staticCount * layer.paddedOutputs / 4), splits, runs,
      work: staticWork(outputs: layer.paddedOutputs, runs * splits))
  }

  /// One multiply-add per static entry and output.
  private func staticWork(outputs: Int, _ times: Int) -> Work {
    let products = Double(times * inputs.staticCount * outputs)
    return Work(flops: 2 * products, bytes: 4 * products)
  }

  private func sparse(_ push: DenseDispatch, baseStride: Int = 0, splits: Int = 1) -> SparseDispatch {
    SparseDispatch(
      entry_pitch: UInt32(inputs.capacity), entry_stride: UInt32(inputs.entries.runStride),
      length_stride: UInt32(inputs.lengths.runStride), static_count: UInt32(inputs.staticCount),
      base_stride: UInt32(baseStride), splits: UInt32(splits), layer: push)
  }
}
