import VulkanCompute

// From the gradients of outputs to those of all layers.
extension HostLayers {
  /// A part of a layer on the way back.
  struct BackwardStep {
    let layer: Int
    let part: Part
    /// Whether another reader has written the gradient of the source.
    let adds: Bool
  }

  /// The layers of `order`, which lists readers before their sources and readers on all rows before readers on fewer.
  func backwardSteps(_ order: [Int]) -> [BackwardStep] {
    var written = Set<Int>()
    return order.flatMap { index in
      layers[index].parts.map { part in
        BackwardStep(
          layer: index, part: part, adds: layers[index].source.map { !written.insert($0).inserted } ?? false)
      }
    }
  }

  /// dX = sum over the readers of (dY W^T), times act'(X).
  func backwardInputs(_ steps: [BackwardStep]) {
    HostPieces.perform(runs * blocks, operations: multiplyAdds) { job in
      let (run, block) = job.quotientAndRemainder(dividingBy: blocks)
      backwardInputs(steps, run, block)
    }
  }

  /// The layers of `order`, `rowWork`, which turns outputs into their gradients, and `steps`, block by block while a
  /// block is in the cache.
  func learn(_ order: [Int], _ rowWork: RowWork, _ steps: [BackwardStep]) {
    HostPieces.perform(runs * blocks, operations: 2 * multiplyAdds) { job in
      let (run, block) = job.quotientAndRemainder(dividingBy: blocks)
      forward(order, run, block)
      rowWork(run, blockRange(block))
      backwardInputs(steps, run, block)
    }
  }

  private func backwardInputs(_ steps: [BackwardStep], _ run: Int, _ block: Int) {
    let set = parameterSet(run)
    for step in steps {
      guard let rows = blockPart(block, step.part.rowCount, run) else { continue }
      arithmetic.backwardActivation(step.layer, step.part.columns, rows)
      guard layers[step.layer].source != nil else { continue }
      if let normalisation = layers[step.layer].normalisation {
        arithmetic.backwardNormalisation(step.layer, normalisation, rows, set: set)
      } else {
        arithmetic.backwardInput(step.layer, step.part.columns, rows, set: set, adds: step.adds)
      }
    }
  }
}
