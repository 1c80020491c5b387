import CHostLayers
import CShaders
import Environments
import VulkanCompute

// Passes over the network where the host multiplies matrices.
extension PolicyNetwork {
  /// What the caller does on the host to some rows of one run of the window, in the workspace and elsewhere.
  public struct HostRowWork {
    let label: String
    let buffers: [BufferWindow]
    let work: Work
    let rows: @Sendable (_ run: Int, _ rows: Range<Int>) -> Void
    let afterwards: (@Sendable (_ run: Int) -> Void)?

    /// - Parameters:
    ///   - label: What it is, for timings.
    ///   - buffers: What it uses beside the workspace.
    ///   - work: What it has to do, for timings.
    ///   - rows: Called once for every row, for blocks of them, from several threads.
    ///   - afterwards: Called once for every run, when all its rows are done.
    public init(
      _ label: String, using buffers: [BufferWindow], work: Work,
      rows: @escaping @Sendable (_ run: Int, _ rows: Range<Int>) -> Void,
      afterwards: (@Sendable (_ run: Int) -> Void)? = nil
    ) {
      self.label = label
      self.buffers = buffers
      self.work = work
      self.rows = rows
      self.afterwards = afterwards
    }
  }

  /// `recordForward`, then `rowWork` on its rows; without its `afterwards`.
  func recordForwardOnHost(
    _ blas: HostBLAS, _ recorder: CommandRecorder, rows: WorkspaceRows, parameters: BufferWindow,
    policyIndices: RunWindow,
    heads: Set<Head>, then rowWork: HostRowWork? = nil
  ) {
    let work = hostLayers(blas, rows: rows, parameters: parameters, policyIndices: policyIndices)
    let order = forwardSteps(heads: heads).flatMap { $0 }
    let buffers = hostBuffers(rows, parameters, policyIndices) + (rowWork?.buffers ?? [])
    let counted = forwardWork(order, rows) + (rowWork?.work ?? Work())
    let label = (["network forward"] + (rowWork.map { [$0.label] } ?? [])).joined(separator: ", ")
    let then = rowWork?.rows
    guard let recurrence else {
      recorder.host(label, using: buffers, work: counted) { work.forward(order, then: then) }
      return
    }
    let place = order.firstIndex(of: recurrence.layer) ?? order.startIndex
    let (before, after) = (Array(order[..<place]), Array(order[(place + 1)...]))
    let loop = hostRecurrence(recurrence, work, rows)
    recordLoadStates(recorder, recurrence, rows)
    recorder.host(label, using: buffers, work: counted) {
      work.forward(before)
      loop.forward()
      work.forward(after, then: then)
    }
    recordStoreStates(recorder, recurrence, rows)
    recorder.barrier()
  }

  /// `recordForward`, `loss`, which writes the gradients of the outputs, and `recordBackward` in one step of the host,
  /// where the host multiplies.
  public func recordGradientOnHost(
    _ recorder: CommandRecorder, rows: WorkspaceRows, parameters: BufferWindow, policyIndices: RunWindow,
    loss: HostRowWork, gradients parameterGradients: RunWindow
  ) {
    guard let blas else { preconditionFailure("kernels multiply here") }
    let work = hostLayers(blas, rows: rows, parameters: parameters, policyIndices: policyIndices)
    let order = forwardSteps(heads: [.actor, .critic]).flatMap { $0 }
    let (heads, shared) = backwardSteps(work)
    let tiles = work.weightTiles()
    nonisolated(unsafe) let target = address(parameterGradients.window, of: Float.self)
    let stride = parameterGradients.stride
    let buffers = hostBuffers(rows, parameters, policyIndices) + loss.buffers + [parameterGradients.window]
    let counted = forwardWork(order, rows) + loss.work + backwardWork(rows)
    let label = "network forward, \(loss.label), network backward"
    let (lossOfRows, afterwards) = (loss.rows, loss.afterwards)
    guard let recurrence else {
      recorder.host(label, using: buffers, work: counted) {
        work.learn(order, lossOfRows, heads + shared)
        work.backwardWeights(tiles, into: target, stride: stride, beside: afterwards)
      }
      return
    }
    let place = order.firstIndex(of: recurrence.layer) ?? order.startIndex
    let (before, after) = (Array(order[..<place]), Array(order[(place + 1)...]))
    let loop = hostRecurrence(recurrence, work, rows)
    recordLoadStates(recorder, recurrence, rows)
    recorder.host(label, using: buffers, work: counted) {
      work.forward(before)
      loop.forward()
      work.learn(after, lossOfRows, heads)
      loop.backward()
      work.backwardInputs(shared)
      work.backwardWeights(tiles, into: target, stride: stride, beside: afterwards)
    }
    recordStoreStates(recorder, recurrence, rows)
    recorder.barrier()
  }

  func recordBackwardOnHost(
    _ blas: HostBLAS, _ recorder: CommandRecorder, rows: WorkspaceRows, parameters: BufferWindow,
    policyIndices: RunWindow, gradients parameterGradients: RunWindow
  ) {
    let work = hostLayers(blas, rows: rows, parameters: parameters, policyIndices: policyIndices)
    let (heads, shared) = backwardSteps(work)
    let loop = recurrence.map { hostRecurrence($0, work, rows) }
    let tiles = work.weightTiles()
    nonisolated(unsafe) let target = address(parameterGradients.window, of: Float.self)
    let stride = parameterGradients.stride
    recorder.host(
      "network backward", using: hostBuffers(rows, parameters, policyIndices) + [parameterGradients.window],
      work: backwardWork(rows)
    ) {
      if let loop {
        work.backwardInputs(heads)
        loop.backward()
        work.backwardInputs(shared)
      } else {
        work.backwardInputs(heads + shared)
      }
      work.backwardWeights(tiles, into: target, stride: stride)
    }
  }

  /// Of the heads and of the trunk; its recurrent layer goes back through time between the two.
  private func backwardSteps(_ work: HostLayers) -> (
    heads: [HostLayers.BackwardStep], shared: [HostLayers.BackwardStep]
  ) {
    func layers(_ part: ParameterLayout.Part) -> [Int] {
      layout.layers.indices.filter { layout.layers[$0].part == part }.reversed()
    }
    return (
      work.backwardSteps(layers(.critic) + layers(.actor)),
      work.backwardSteps(layers(.trunk).filter { $0 != layout.recurrentLayer })
    )
  }

  /// `recordFinishBackward`: every static entry adds its multiple of the bias gradient.
  func recordFinishBackwardOnHost(
    _ recorder: CommandRecorder, runs: Int, gradients: RunWindow, lists: SparseInputs
  ) {
    let layers = layout.layers.filter { $0.source == nil }.map { ($0.weightOffset, $0.biasOffset, $0.paddedOutputs) }
    let (count, stride) = (lists.staticCount, gradients.stride)
    nonisolated(unsafe) let (start, entries) = (
      address(gradients.window, of: Float.self), address(lists.staticEntries.whole, of: UInt32.self)
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
}
