/// Twin of `row_of_epoch` in Shaders/PPO/permutation.glsl: minibatches hold whole sequences of permuted actors.
public struct EpochOrder {
  /// Rollout rows (t, actor), row = t * actors + actor, minibatch after minibatch, time slowest in each.
  public let rows: [Int]

  public init(actors: Int, steps: Int, minibatches: Int, seed: UInt64, update: Int, epoch: Int) {
    let permutation = RowPermutation(count: actors, seed: seed, update: update, epoch: epoch)
    let order = (0..<actors).map { permutation[$0] }
    let size = actors / minibatches
    rows = (0..<minibatches).flatMap { minibatch in
      (0..<steps).flatMap { t in
        order[minibatch * size..<(minibatch + 1) * size].map { t * actors + $0 }
      }
    }
  }
}
