import CHostKernels
import CShaders
import VulkanCompute

/// The passes by the host, where the device is a CPU: matrix products by oneDNN, and what is between them block by block
/// of rows while a block is in the cache. A pass is one step of the host.
final class HostPasses: NetworkPasses {
  let workspace: NetworkWorkspace
  let products: HostProducts
  /// nil in float32.
  let roundedProducts: BFloat16Products?
  /// Lists all observations of a rollout in their order; nil where inputs are dense.
  private let listing: Kernel?

  var layout: ParameterLayout { workspace.layout }

  /// Threads share out tiles of the weights.
  let gradientSplits = 1

  /// - Throws: `VulkanError` for settings that only kernels support, and in mixed precision where the processor has no
  ///   instructions for it.
  init(_ workspace: NetworkWorkspace, products: HostProducts, device: Device) throws {
    if case .shape(let rows, let columns) = device.profile.tiles {
      throw VulkanError(
        .unsuitableProducts,
        "tiles of \(rows)x\(columns) need matrix products on the device, not on the host; choose a family of kernels as well"
      )
    }
    self.products = products
    roundedProducts = try workspace.rounded.map { _ in
      try BFloat16Products(products, emulated: device.profile.emulatesMatrixUnits)
    }
    self.workspace = workspace
    if case .listed(let inputs) = workspace.inputs {
      listing = try device.kernel(
        "Network/list_observations.comp", macros: inputs.macros.merging(["ROWS_IN_ORDER": "1"]) { $1 },
        includes: inputs.includes)
    } else {
      listing = nil
    }
  }

  /// Rows are listed beside others that the host takes over for.
  func choosesRows(_ count: Int) -> Bool { false }

  // MARK: Lists

  func lists(_ name: String, rows: [(String, Int)], table: BufferTable) -> ObservationLists? {
    guard case .listed(let inputs) = workspace.inputs else { return nil }
    return ObservationLists(
      name, capacity: inputs.capacity, windowRuns: workspace.windowRuns, rows: rows, table: table)
  }

  func list(_ recorder: CommandRecorder, runs: Int, rows: Range<Int>, of observations: Observations) {
    guard let listing, let lists = observations.lists, case .listed(let inputs) = workspace.inputs else { return }
    let (symmetries, table) = (observations.symmetries, workspace.symmetries)
    let wordCount = workspace.observation.wordCount
    let push = ListDispatch(
      rows: UInt32(rows.count), observation_words: UInt32(wordCount),
      observation_stride: UInt32(observations.packed.stride), row_index_stride: 0,
      row_index_offset: UInt32(rows.lowerBound), row_count_stride: 0, entry_pitch: UInt32(inputs.capacity),
      entry_stride: UInt32(lists.entries.runStride), length_stride: UInt32(lists.lengths.runStride),
      symmetry_stride: UInt32(symmetries?.stride ?? 0), feature_words: UInt32(table?.featureWords ?? 0))
    var bindings = [
      "observations": observations.packed.window, "entries": lists.entries.window(runs: 0..<runs),
      "lengths": lists.lengths.window(runs: 0..<runs),
    ]
    bindings["symmetries"] = symmetries?.window
    bindings["feature_table"] = table?.features.whole
    recorder.dispatch(
      listing, bindings, push: push, groups: listing.groups(for: rows.count), runs,
      work: Work(bytes: Double(4 * runs * rows.count * (wordCount + 1 + inputs.capacity / 2))))
  }

  // MARK: Parameters

  func adopt(_ recorder: CommandRecorder, _ parameters: BufferWindow) {
    guard let rounded = workspace.rounded else { return }
    let (count, piece) = (layout.count, 1 << 15)
    let sets = parameters.byteCount / (MemoryLayout<Float>.stride * count)
    precondition(sets <= workspace.windowRuns, "\(sets) parameter sets for a window of \(workspace.windowRuns) runs")
    nonisolated(unsafe) let exact = parameters.address(of: Float.self)
    let weights = HostMatrix<UInt16>(rounded.weights, pitch: count)
    let pieces = (count + piece - 1) / piece
    recorder.host(
      "round weights", using: [parameters, rounded.weights.whole], work: Work(bytes: Double(6 * sets * count))
    ) {
      HostPieces.perform(sets * pieces, operations: sets * count) { job in
        let (set, place) = (job / pieces, job % pieces * piece)
        host_round(weights.at(set, 0) + place, exact + set * count + place, min(piece, count - place))
      }
    }
  }

  // MARK: Forward

  func forward(
    _ recorder: CommandRecorder, _ rows: Rows, _ policies: [Policies], heads: Set<PolicyNetwork.Head>,
    then operation: BoundOperation?
  ) throws {
    recordInputs(recorder, rows)
    for (position, own) in policies.enumerated() {
      recordForward(
        recorder, own.counts.map(rows.counted) ?? rows, own, heads: heads,
        then: position == policies.count - 1 ? operation?.onHost : nil, of: operation)
    }
    if let operation, operation.onHost == nil { recorder.perform(operation) }
  }

  /// x, or lists of it, where a kernel makes them: it has to be done before the host begins.
  private func recordInputs(_ recorder: CommandRecorder, _ rows: Rows) {
    switch workspace.inputs {
    case .dense(let inputs):
      let expansion = workspace.expansion(rows, of: inputs)
      if expansion.onHost == nil { recorder.perform(expansion) }
    case .listed(let inputs):
      guard rows.observations.lists == nil else { return }
      inputs.record(
        recorder, rows, wordCount: workspace.observation.wordCount, symmetries: workspace.symmetries,
        work: workspace.expandWork(rows))
    }
  }

  private func recordForward(
    _ recorder: CommandRecorder, _ rows: Rows, _ policies: Policies, heads: Set<PolicyNetwork.Head>, then job: HostJob?,
    of operation: BoundOperation?
  ) {
    let layers = hostLayers(rows, policies)
    let order = workspace.forwardSteps(heads: heads).flatMap { $0 }
    let (before, after) = split(order)
    let loop = hostRecurrence(layers, rows, policies)
    let fused = job == nil ? nil : operation
    let label = "network forward" + (fused.map { ", " + $0.name } ?? "")
    let work = workspace.forwardWork(order, rows) + (fused?.work ?? Work())
    let windows = windows(rows, policies) + (fused?.windows ?? [])
    var then: HostLayers.RowWork?
    if let job { then = { job($0, $1) } }
    recordWithStates(recorder, rows) { [then] in
      recorder.host(label, using: windows, work: work) {
        if let loop {
          layers.forward(before)
          loop.forward()
        }
        layers.forward(after, then: then)
      }
    }
  }

  // MARK: Gradient

  func clear(_ recorder: CommandRecorder, runs: Int, _ gradients: RunWindow) {
    nonisolated(unsafe) let start = gradients.window.address(of: Float.self)
    let stride = gradients.stride
    recorder.host("clear gradients", using: [gradients.window], work: Work(bytes: Double(4 * runs * stride))) {
      HostPieces.perform(runs, operations: runs * stride) { run in
        (start + run * stride).update(repeating: 0, count: stride)
      }
    }
  }

  func gradient(
    _ recorder: CommandRecorder, _ rows: Rows, _ policies: Policies, loss: BoundOperation, metrics: BoundOperation,
    into target: GradientTarget
  ) throws {
    guard let lossJob = loss.onHost, let metricsJob = metrics.onHost else {
      throw VulkanError(.unsupported, "\(loss.name) and \(metrics.name) need host bodies")
    }
    recorder.phase = "epochs: gradient"
    recordInputs(recorder, rows)
    let layers = hostLayers(rows, policies)
    let order = workspace.forwardSteps(heads: [.actor, .critic]).flatMap { $0 }
    let (before, after) = split(order)
    let (heads, shared) = backwardSteps(layers)
    let loop = hostRecurrence(layers, rows, policies)
    let tiles = layers.weightTiles()
    nonisolated(unsafe) let gradients = target.gradients.window.address(of: Float.self)
    let stride = target.gradients.stride
    recordWithStates(recorder, rows) {
      recorder.host(
        "network forward, \(loss.name), network backward",
        using: windows(rows, policies) + loss.windows + metrics.windows + [target.gradients.window],
        work: workspace.forwardWork(order, rows) + loss.work + workspace.backwardWork(rows)
      ) {
        if let loop {
          layers.forward(before)
          loop.forward()
          layers.learn(after, { lossJob($0, $1) }, heads)
          loop.backward()
          layers.backwardInputs(shared)
        } else {
          layers.learn(after, { lossJob($0, $1) }, heads + shared)
        }
        layers.backwardWeights(tiles, into: gradients, stride: stride) { run in
          metricsJob(run, 0..<metricsJob.items)
        }
      }
    }
  }

  /// Every static entry adds its multiple of the bias gradient.
  func finish(_ recorder: CommandRecorder, runs: Int, _ gradients: RunWindow) {
    guard case .listed(let lists) = workspace.inputs else { return }
    let layers = layout.layers.filter { $0.source == nil }.map { ($0.weightOffset, $0.biasOffset, $0.paddedOutputs) }
    let (count, stride) = (lists.staticCount, gradients.stride)
    nonisolated(unsafe) let (start, entries) = (
      gradients.window.address(of: Float.self), lists.staticEntries.whole.address(of: UInt32.self)
    )
    recorder.host("static gradients", using: [gradients.window, lists.staticEntries.whole]) {
      var length = UInt32(count)
      for run in 0..<runs {
        let gradients = start + run * stride
        for (weights, bias, outputs) in layers {
          host_add_sparse_gradients(
            gradients + weights, gradients + bias, entries, count, &length, nil, 1, outputs)
        }
      }
    }
  }

  // MARK: Order

  /// The layers before the recurrent one and those behind it; of a feed-forward network all are behind.
  private func split(_ order: [Int]) -> (before: [Int], after: [Int]) {
    guard let recurrence = workspace.recurrence, let place = order.firstIndex(of: recurrence.layer) else {
      return ([], order)
    }
    return (Array(order[..<place]), Array(order[(place + 1)...]))
  }

  /// Of the heads and of the trunk; its recurrent layer goes back through time between the two.
  private func backwardSteps(_ layers: HostLayers) -> (
    heads: [HostLayers.BackwardStep], shared: [HostLayers.BackwardStep]
  ) {
    func last(_ part: ParameterLayout.Part) -> [Int] { workspace.indices(part).reversed() }
    return (
      layers.backwardSteps(last(.critic) + last(.actor)),
      layers.backwardSteps(last(.trunk).filter { $0 != layout.recurrentLayer })
    )
  }

  /// A pass between the hidden states that it begins with and those that it leaves.
  private func recordWithStates(_ recorder: CommandRecorder, _ rows: Rows, _ pass: () -> Void) {
    guard let (recurrence, sequences) = workspace.recurrence(of: rows) else { return pass() }
    recurrence.recordLoadStates(recorder, rows, sequences)
    pass()
    recurrence.recordStoreStates(recorder, rows, sequences, hidden: workspace.activations[recurrence.layer])
  }
}
