import CShaders
import Networks
import VulkanCompute

extension TrainerParts {
  /// Of the rows of the last rollout of a window, those of every kind of `Work`: all, acting, with a wide action, and what
  /// share of the last chunk's lists was in use.
  func rowShares(runs: Int) throws -> SIMD4<Double> {
    var (acting, wide) = (0, 0)
    for run in 0..<runs {
      let masks = try buffers.transitions.legalMasks.read(run: run).prefix(shape.rows * shape.maskWords)
      for start in stride(from: 0, to: masks.count, by: shape.maskWords) {
        let mask = masks[start..<start + shape.maskWords]
        guard mask.reduce(0, { $0 + $1.nonzeroBitCount }) > 1 else { continue }
        acting += 1
        if let actions = environment.environment.wideActions,
          environment.environment.legalActions(inMask: mask).contains(where: actions.contains)
        {
          wide += 1
        }
      }
    }
    let rows = Double(max(1, runs * shape.rows))
    let chunk = shape.minibatchChunks.last?.count ?? 0
    return SIMD4(1, Double(acting) / rows, Double(wide) / rows, try network.listShare(runs: runs, rows: chunk))
  }
}
