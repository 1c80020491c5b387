import CShaders
import VulkanCompute

/// The kernels of layer normalisation, the same for all families: eight invocations per row.
struct NormalisationKernels {
  /// One normalisation of a network and what it works on.
  struct Place {
    let layer: ParameterLayout.Layer
    let part: NetworkWorkspace.LayerPart
    /// z, (C, Hp), the sums of the layer before
    let sums: Buffer<Float>
    let moments: Buffer<Float>  // (C, 2)
    let outputs: Buffer<Float>  // (C, Hp), activated; 16 bits each where rows are rounded
    /// Gradients by z and by the outputs before the activation, as the outputs; nil unless training.
    let gradients: (sums: Buffer<Float>, outputs: Buffer<Float>)?
    /// P
    let parameterCount: Int
  }

  private let forward: Kernel
  private let backward: (sums: Kernel, parameters: Kernel)?  // for training

  init(_ activation: NetworkArchitecture.Activation, halves: HalfFormat?, training: Bool, device: Device) throws {
    let epsilon = ["EPSILON": ParameterLayout.normalisationEpsilon]
    let rows = KernelPasses.rowMacros(halves)
    let macros = DenseKernels.macros(activation).merging(epsilon) { $1 }.merging(rows) { $1 }
    forward = try device.kernel("Network/layer_norm_forward.comp", macros: macros)
    backward =
      training
      ? (
        try device.kernel("Network/layer_norm_backward.comp", macros: rows),
        try device.kernel("Network/layer_norm_backward_parameters.comp", macros: rows)
      ) : nil
  }

  func dispatchForward(_ recorder: CommandRecorder, _ place: Place, _ rows: Rows, _ policies: Policies, work: Work) {
    let window = 0..<rows.runs
    recorder.dispatch(
      forward,
      [
        "sums": place.sums.window(runs: window), "parameters": policies.parameters,
        "row_counts": rows.counts.window, "policy_indices": policies.indices.window,
        "outputs": place.outputs.window(runs: window), "moments": place.moments.window(runs: window),
      ], push: push(place, rows, policies), groups: groups(rows), rows.runs, work: work)
  }

  /// Gradient by the outputs -> by the sums.
  func dispatchBackward(_ recorder: CommandRecorder, _ place: Place, _ rows: Rows, _ policies: Policies, work: Work) {
    guard let backward, let gradients = place.gradients else { return }
    let window = 0..<rows.runs
    recorder.dispatch(
      backward.sums,
      [
        "output_gradients": gradients.outputs.window(runs: window), "sums": place.sums.window(runs: window),
        "moments": place.moments.window(runs: window), "parameters": policies.parameters,
        "row_counts": rows.counts.window, "policy_indices": policies.indices.window,
        "sum_gradients": gradients.sums.window(runs: window),
      ], push: push(place, rows, policies), groups: groups(rows), rows.runs, work: work)
  }

  /// Adds to the gradients by scale and bias.
  func dispatchBackwardParameters(
    _ recorder: CommandRecorder, _ place: Place, _ rows: Rows, _ policies: Policies, _ target: GradientTarget,
    splits: Int, work: Work
  ) {
    guard let backward, let gradients = place.gradients else { return }
    let window = 0..<rows.runs
    recorder.dispatch(
      backward.parameters,
      [
        "output_gradients": gradients.outputs.window(runs: window), "sums": place.sums.window(runs: window),
        "moments": place.moments.window(runs: window), "row_counts": rows.counts.window,
        "gradients": target.gradients.window,
      ], push: push(place, rows, policies, target: target),
      groups: backward.parameters.groups(for: place.layer.paddedOutputs / 4), splits, rows.runs, work: work)
  }

  private func groups(_ rows: Rows) -> Int {
    let perGroup = Int(NORMALISED_ROWS)
    return (rows.count + perGroup - 1) / perGroup
  }

  private func push(
    _ place: Place, _ rows: Rows, _ policies: Policies, target: GradientTarget? = nil
  ) -> NormalisationDispatch {
    let layer = place.layer
    return NormalisationDispatch(
      rows: UInt32(rows.count), row_count_index: place.part.rowCount, row_count_stride: UInt32(rows.counts.stride),
      policy_index_stride: UInt32(policies.indices.stride), width: UInt32(layer.outputs),
      columns: UInt32(layer.paddedOutputs), scale_offset: UInt32(layer.weightOffset),
      bias_offset: UInt32(layer.biasOffset), parameter_stride: UInt32(place.parameterCount),
      value_stride: UInt32(place.sums.runStride), moment_stride: UInt32(place.moments.runStride),
      gradient_stride: UInt32(target?.gradients.stride ?? 0), first_row: UInt32(target?.firstRow ?? 0),
      gradient_scale: target.map { Precision.gradientScale(minibatchRows: $0.minibatchRows) } ?? 1)
  }
}

extension KernelPasses {
  /// What Network/row_numbers.glsl asks for.
  static func rowMacros(_ halves: HalfFormat?) -> [String: any CustomStringConvertible] {
    halves == .float16 ? ["HALF_ROWS": 1] : [:]
  }

  /// What a normalisation works on; nil for other layers.
  func place(ofNormalisation index: Int) -> NormalisationKernels.Place? {
    let layer = layout.layers[index]
    guard let moments = workspace.moments[index], let source = layer.source else { return nil }
    let (activations, gradients) = (workspace.activations, workspace.gradients)
    return NormalisationKernels.Place(
      layer: layer, part: workspace.parts(of: index)[0], sums: activations[source], moments: moments,
      outputs: activations[index], gradients: gradients.isEmpty ? nil : (gradients[source], gradients[index]),
      parameterCount: layout.count)
  }
}
