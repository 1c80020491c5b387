import CShaders
import Environments
import VulkanCompute

/// The inputs of first layers as lists: per row the features that differ from the static part, and the static part once.
///
///     Y = act(base + sum over the row's entries of v W[f]),   base = b + sum over the static entries of s_f W[f]
///
/// An entry is a feature in its low 16 bits and a whole number in its high 16.
final class SparseInputs {
  /// L, the most entries of one row.
  let capacity: Int
  let entries: Buffer<UInt32>  // (window, C, L)
  let lengths: Buffer<UInt32>  // (window, C)
  let staticEntries: Buffer<UInt32>  // (static_count)
  let staticCount: Int
  /// By layer; (window, O) for first layers where kernels multiply.
  private let bases: [Buffer<Float>?]

  private let list: Kernel
  private let listInOrder: Kernel?  // where the host multiplies
  private let staticGradients: Kernel
  private let layerKernels: LayerKernels?  // where kernels multiply

  private struct LayerKernels {
    let base: Kernel
    let forward: [NetworkArchitecture.Activation?: Kernel]
    let backwardWeights: Kernel

    init(_ layout: ParameterLayout, device: Device) throws {
      base = try device.kernel("Network/sparse_base.comp")
      let activations = Set(layout.layers.filter { $0.source == nil }.map(\.activation))
      forward = try Dictionary(
        uniqueKeysWithValues: activations.map { activation in
          (activation, try device.kernel("Network/sparse_forward.comp", macros: DenseKernels.macros(activation)))
        })
      backwardWeights = try device.kernel("Network/sparse_backward_weights.comp")
    }
  }

  init(
    _ name: String, _ list: ObservationList, macros: [String: String], layout: ParameterLayout, device: Device,
    table: BufferTable, windowRuns: Int, rows: Int
  ) throws {
    precondition(
      (layout.layers.first?.inputs ?? 0) <= 1 << 16
        && list.staticFeatures.allSatisfy { Int16(exactly: $0.value) != nil },
      "an entry has 16 bits for the feature and 16 for its value")
    capacity = list.capacity
    staticCount = list.staticFeatures.count
    entries = table.register(
      "\(name).entries", of: UInt32.self, runs: windowRuns, perRun: [("C", rows), ("L", list.capacity)],
      persistence: .scratch)
    lengths = table.register(
      "\(name).lengths", of: UInt32.self, runs: windowRuns, perRun: [("C", rows)], persistence: .scratch)
    let kernelsMultiply = device.profile.matrixMultiply != .host
    bases = layout.layers.map { layer in
      layer.source != nil || !kernelsMultiply
        ? nil
        : table.register(
          "\(name).\(layer.name).base", of: Float.self, runs: windowRuns, perRun: [("H", layer.paddedOutputs)],
          persistence: .scratch)
    }
    // An empty buffer cannot be bound; a static part of 0 changes nothing.
    let features = list.staticFeatures.isEmpty ? [(feature: 0, value: 0)] : list.staticFeatures
    staticEntries = try device.buffer("static entries", of: UInt32.self, count: features.count)
    try staticEntries.write(
      features.map { UInt32($0.feature) | UInt32(bitPattern: Int32($0.value)) << UInt32(ENTRY_VALUE_SHIFT) })

    self.list = try device.kernel(
      "Network/list_observations.comp", macros: macros, includes: ["ENVIRONMENT_OBSERVATION_LIST": list.include])
    listInOrder =
      try kernelsMultiply
      ? nil
      : device.kernel(
        "Network/list_observations.comp", macros: macros.merging(["ROWS_IN_ORDER": "1"]) { $1 },
        includes: ["ENVIRONMENT_OBSERVATION_LIST": list.include])
    layerKernels = try kernelsMultiply ? LayerKernels(layout, device: device) : nil
    staticGradients = try device.kernel("Network/sparse_static_gradients.comp")
  }

  /// Lists the observations of a chunk.
  func recordList(
    _ recorder: CommandRecorder, rows: WorkspaceRows, observations: RunWindow, wordCount: Int, indices: RunWindow,
    indexOffset: Int, symmetries: RunWindow?, table: SymmetryTable?, work: Work
  ) {
    let push = ListDispatch(
      rows: UInt32(rows.rows), observation_words: UInt32(wordCount), observation_stride: UInt32(observations.stride),
      row_index_stride: UInt32(indices.stride), row_index_offset: UInt32(indexOffset),
      row_count_stride: UInt32(rows.counts.stride), entry_pitch: UInt32(capacity),
      entry_stride: UInt32(entries.runStride), length_stride: UInt32(lengths.runStride),
      symmetry_stride: UInt32(symmetries?.stride ?? 0), feature_words: UInt32(table?.featureWords ?? 0))
    var bindings = [
      "observations": observations.window, "row_indices": indices.window, "row_counts": rows.counts.window,
      "entries": entries.window(runs: 0..<rows.runs), "lengths": lengths.window(runs: 0..<rows.runs),
    ]
    bindings["symmetries"] = symmetries?.window
    bindings["feature_table"] = table?.features.whole
    recorder.dispatch(
      list, bindings, push: push, groups: list.groups(for: rows.rows), rows.runs, work: work)
  }

  /// Lists observations `rows` of every run in their order.
  func recordListInOrder(
    _ recorder: CommandRecorder, runs: Int, rows: Range<Int>, observations: RunWindow, wordCount: Int,
    symmetries: RunWindow?, table: SymmetryTable?, into lists: ObservationLists
  ) {
    guard let listInOrder else { preconditionFailure("kernels read lists in the workspace") }
    let push = ListDispatch(
      rows: UInt32(rows.count), observation_words: UInt32(wordCount), observation_stride: UInt32(observations.stride),
      row_index_stride: 0, row_index_offset: UInt32(rows.lowerBound), row_count_stride: 0,
      entry_pitch: UInt32(capacity), entry_stride: UInt32(lists.entries.runStride),
      length_stride: UInt32(lists.lengths.runStride), symmetry_stride: UInt32(symmetries?.stride ?? 0),
      feature_words: UInt32(table?.featureWords ?? 0))
    var bindings = [
      "observations": observations.window, "entries": lists.entries.window(runs: 0..<runs),
      "lengths": lists.lengths.window(runs: 0..<runs),
    ]
    bindings["symmetries"] = symmetries?.window
    bindings["feature_table"] = table?.features.whole
    recorder.dispatch(
      listInOrder, bindings, push: push, groups: listInOrder.groups(for: rows.count), runs,
      work: Work(bytes: Double(4 * runs * rows.count * (wordCount + 1 + capacity / 2))))
  }

  func recordBase(
    _ recorder: CommandRecorder, layer index: Int, push: DenseDispatch, parameters: BufferWindow,
    policyIndices: BufferWindow, runs: Int
  ) {
    let push = dispatch(index, push)
    let base = kernels.base
    recorder.dispatch(
      base,
      [
        "parameters": parameters, "policy_indices": policyIndices, "static_entries": staticEntries.whole,
        "base": baseBuffer(index).window(runs: 0..<runs),
      ], push: push, groups: base.groups(for: Int(push.layer.outputs) / 4), runs, work: staticWork(push, runs))
  }

  func recordForward(
    _ recorder: CommandRecorder, layer index: Int, activation: NetworkArchitecture.Activation?, push: DenseDispatch,
    parameters: BufferWindow, policyIndices: BufferWindow, rows: WorkspaceRows, outputs: BufferWindow, work: Work
  ) {
    guard let kernel = kernels.forward[activation] else { preconditionFailure("no first layer has this activation") }
    let push = dispatch(index, push)
    recorder.dispatch(
      kernel,
      [
        "parameters": parameters, "base": baseBuffer(index).window(runs: 0..<rows.runs),
        "entries": entries.window(runs: 0..<rows.runs), "lengths": lengths.window(runs: 0..<rows.runs),
        "row_counts": rows.counts.window, "policy_indices": policyIndices, "outputs": outputs,
      ], push: push, groups: kernel.groups(for: rows.rows * Int(push.layer.outputs) / 4), rows.runs, work: work)
  }

  func recordBackwardWeights(
    _ recorder: CommandRecorder, layer index: Int, push: DenseDispatch, rows: WorkspaceRows,
    outputGradients: BufferWindow, gradients: BufferWindow, splits: Int, work: Work
  ) {
    let push = dispatch(index, push, splits: splits)
    let backwardWeights = kernels.backwardWeights
    let block = Int(SPARSE_FEATURE_BLOCK)
    let blocks = (Int(push.layer.inputs) + block - 1) / block + 1  // the last sums the bias
    recorder.dispatch(
      backwardWeights,
      [
        "entries": entries.window(runs: 0..<rows.runs), "lengths": lengths.window(runs: 0..<rows.runs),
        "output_gradients": outputGradients, "row_counts": rows.counts.window, "gradients": gradients,
      ], push: push, groups: backwardWeights.groups(for: blocks * Int(push.layer.outputs) / 4), splits, rows.runs,
      work: work)
  }

  func recordStaticGradients(
    _ recorder: CommandRecorder, layer index: Int, push: DenseDispatch, gradients: BufferWindow, splits: Int, runs: Int
  ) {
    guard staticCount > 0 else { return }
    let push = dispatch(index, push, splits: splits)
    recorder.dispatch(
      staticGradients, ["static_entries": staticEntries.whole, "gradients": gradients], push: push,
      groups: staticGradients.groups(for: staticCount * Int(push.layer.outputs) / 4), splits, runs,
      work: staticWork(push, runs * splits))
  }

  /// One multiply-add per static entry and output.
  private func staticWork(_ push: SparseDispatch, _ times: Int) -> Work {
    let products = Double(times * staticCount) * Double(push.layer.outputs)
    return Work(flops: 2 * products, bytes: 4 * products)
  }

  private func dispatch(_ index: Int, _ push: DenseDispatch, splits: Int = 1) -> SparseDispatch {
    SparseDispatch(
      entry_pitch: UInt32(capacity), entry_stride: UInt32(entries.runStride),
      length_stride: UInt32(lengths.runStride), static_count: UInt32(staticCount),
      base_stride: UInt32(bases[index]?.runStride ?? 0), splits: UInt32(splits), layer: push)
  }

  private var kernels: LayerKernels {
    guard let layerKernels else { preconditionFailure("the host multiplies matrices in HostLayers") }
    return layerKernels
  }

  private func baseBuffer(_ index: Int) -> Buffer<Float> {
    guard let base = bases[index] else { preconditionFailure("layer \(index) is not a first layer") }
    return base
  }
}
