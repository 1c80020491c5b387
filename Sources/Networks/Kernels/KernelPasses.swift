import CShaders
import VulkanCompute

/// The passes by kernels of the device: one dispatch per layer and part.
final class KernelPasses: NetworkPasses {
  let workspace: NetworkWorkspace
  let kernels: DenseKernels
  /// First layers on lists; nil where inputs are dense.
  let lists: ListKernels?
  /// The time loop; nil for feed-forward networks.
  let loop: RecurrentKernels?
  /// nil without layer normalisation.
  let normalisation: NormalisationKernels?
  /// The copy of the weights that matrix units multiply; nil for other kernels.
  let rounded: RoundedParameters?
  /// nil where others list rows; only for training.
  private let selection: SelectedInputs?

  var layout: ParameterLayout { workspace.layout }

  let gradientSplits: Int

  /// - Throws: `VulkanError` for tiles that the family of kernels does not have.
  init(
    _ workspace: NetworkWorkspace, _ name: String, precision: Precision, splits: Int, device: Device, table: BufferTable
  ) throws {
    self.workspace = workspace
    gradientSplits = splits
    let kernels = try DenseKernels(device: device, precision: precision)
    self.kernels = kernels
    if case .listed(let inputs) = workspace.inputs {
      lists = try ListKernels(
        name, inputs, layout: workspace.layout, halves: workspace.halves, device: device, table: table,
        windowRuns: workspace.windowRuns)
    } else {
      lists = nil
    }
    normalisation =
      workspace.architecture.layerNorm
      ? try NormalisationKernels(
        workspace.architecture.activation, halves: workspace.halves, training: !workspace.gradients.isEmpty,
        device: device) : nil
    rounded =
      try workspace.halves == .float16
      ? RoundedParameters(
        name, count: workspace.layout.count, device: device, table: table, windowRuns: workspace.windowRuns) : nil
    selection =
      workspace.gradients.isEmpty ? nil : try SelectedInputs(workspace, family: kernels.family, device: device)
    loop = try workspace.recurrence.map {
      try RecurrentKernels(
        $0, name, family: kernels.family, training: !workspace.gradients.isEmpty, device: device, table: table,
        windowRuns: workspace.windowRuns)
    }
  }

  /// Chunks are listed in the workspace.
  func lists(_ name: String, rows: [(String, Int)], table: BufferTable) -> ObservationLists? { nil }
  func list(_ recorder: CommandRecorder, runs: Int, rows: Range<Int>, of observations: Observations) {}

  /// Other kernels round where they read.
  func adopt(_ recorder: CommandRecorder, _ parameters: BufferWindow) { rounded?.record(recorder, parameters) }

  func forward(
    _ recorder: CommandRecorder, _ rows: Rows, _ policies: [Policies], heads: Set<PolicyNetwork.Head>,
    then operation: BoundOperation?
  ) throws {
    recordInputs(recorder, rows)
    for policies in policies {
      try recordLayers(
        recorder, policies.counts.map(rows.counted) ?? rows, policies, workspace.forwardSteps(heads: heads))
    }
    if let operation { recorder.perform(operation) }
  }

  func choosesRows(_ count: Int) -> Bool { selection?.suits(count) ?? false }

  /// x, or its lists, from packed observations.
  private func recordInputs(_ recorder: CommandRecorder, _ rows: Rows) {
    if let selection, let choice = rows.choice { return selection.record(recorder, rows, choice) }
    switch workspace.inputs {
    case .dense(let inputs): recorder.perform(workspace.expansion(rows, of: inputs))
    case .listed(let inputs):
      inputs.record(
        recorder, rows, wordCount: workspace.observation.wordCount, symmetries: workspace.symmetries,
        work: workspace.expandWork(rows))
    }
  }

  /// All layers but the last of both heads.
  func recordHidden(_ recorder: CommandRecorder, _ rows: Rows, _ policies: Policies) throws {
    recordInputs(recorder, rows)
    let steps = workspace.forwardSteps(heads: [.actor, .critic]).map { step in
      step.filter { $0 != layout.actorOutput && $0 != layout.criticOutput }
    }
    try recordLayers(recorder, rows, policies, steps.filter { !$0.isEmpty })
  }

  private func recordLayers(
    _ recorder: CommandRecorder, _ rows: Rows, _ policies: Policies, _ steps: [[Int]]
  ) throws {
    if let (recurrence, sequences) = workspace.recurrence(of: rows) {
      recurrence.recordLoadStates(recorder, rows, sequences)
    }
    for index in steps.first ?? [] {
      guard let lists, let layer = lists.layers[index] else { continue }
      lists.dispatchBase(
        recorder, layer, push: denseDispatch(index, rows: rows, policies), policies: policies, runs: rows.runs)
    }
    for step in steps {
      if let loop, let (recurrence, sequences) = workspace.recurrence(of: rows), step == [recurrence.layer] {
        recordSteps(recorder, loop, recurrence, rows, sequences, policies)
        recurrence.recordStoreStates(recorder, rows, sequences, hidden: workspace.activations[recurrence.layer])
        continue
      }
      for index in step { try dispatchLayer(recorder, index, rows, policies) }
    }
  }

  private func dispatchLayer(_ recorder: CommandRecorder, _ index: Int, _ rows: Rows, _ policies: Policies) throws {
    let layer = layout.layers[index]
    if let normalisation, let place = place(ofNormalisation: index) {
      return normalisation.dispatchForward(
        recorder, place, rows, policies, work: workspace.forwardWork(index, place.part, rows))
    }
    let outputs = workspace.activations[index].window(runs: 0..<rows.runs)
    if let x = workspace.denseSource(of: layer) {
      let storage = workspace.storage(of: index, gradients: false)
      for part in workspace.parts(of: index) {
        var bindings = [
          "inputs": x.window(runs: 0..<rows.runs), "parameters": policies.parameters,
          "row_counts": rows.counts.window, "policy_indices": policies.indices.window,
          "outputs": storage.outputs == .float32 ? outputs.stripe(part.columns, of: layer.paddedOutputs) : outputs,
        ]
        bindings["weights"] = rounded?.parameters.whole
        try kernels.dispatch(
          .forward(layer.activation), recorder, bindings, push: denseDispatch(index, part, rows: rows, policies),
          storage: storage, runs: rows.runs, work: workspace.forwardWork(index, part, rows))
      }
    } else if let lists, let first = lists.layers[index] {
      lists.dispatchForward(
        recorder, first, push: denseDispatch(index, rows: rows, policies), policies: policies, rows: rows,
        outputs: outputs, work: workspace.forwardWork(index, workspace.parts(of: index)[0], rows))
    }
  }

  /// - Parameters:
  ///   - part: nil for a layer that has one part only.
  ///   - target: Where the gradients go, of a backward pass.
  func denseDispatch(
    _ index: Int, _ part: NetworkWorkspace.LayerPart? = nil, rows: Rows, _ policies: Policies,
    target: GradientTarget? = nil
  ) -> DenseDispatch {
    let layer = layout.layers[index]
    let part = part ?? workspace.parts(of: index)[0]
    // Rows are a multiple of what runs are padded to, so numbers of any size lie as far apart as floats.
    let isDense = workspace.denseSource(of: layer) != nil
    return DenseDispatch(
      rows: UInt32(rows.count), row_count_index: part.rowCount, row_count_stride: UInt32(rows.counts.stride),
      policy_index_stride: UInt32(policies.indices.stride), inputs: UInt32(layer.paddedInputs),
      outputs: UInt32(layer.paddedOutputs), column_begin: UInt32(part.columns.lowerBound),
      columns: UInt32(part.columns.count), weight_offset: UInt32(layer.weightOffset),
      bias_offset: UInt32(layer.biasOffset - layer.biasBegin), parameter_stride: UInt32(layout.count),
      weight_stride: UInt32(rounded?.stride ?? 0),
      input_stride: UInt32(isDense ? workspace.paddedRows * layer.paddedInputs : 0),
      output_stride: UInt32(workspace.paddedRows * layer.paddedOutputs),
      gradient_stride: UInt32(target?.gradients.stride ?? 0), first_row: UInt32(target?.firstRow ?? 0), row_begin: 0,
      bias_begin: UInt32(layer.biasBegin),
      gradient_scale: target.map { Precision.gradientScale(minibatchRows: $0.minibatchRows) } ?? 1)
  }
}
