import CHostKernels
import VulkanCompute

// From the gradients of all layers to those of their weights.
extension HostLayers {
  /// A part of one weight gradient: inputs from `first` on, at most `tileInputs`, or all of a list.
  struct WeightTile {
    let layer: Int
    let part: Part
    let first: Int
  }

  private static let tileInputs = 128

  func weightTiles() -> [WeightTile] {
    layers.indices.flatMap { index in
      layers[index].parts.flatMap { part in
        let isList = if case .sparse = layers[index].x { true } else { false }
        return stride(from: 0, to: isList ? 1 : layers[index].inputs, by: Self.tileInputs).map {
          WeightTile(layer: index, part: part, first: $0)
        }
      }
    }
  }

  /// Adds to the gradients (P per run, `stride` floats apart).
  ///
  /// - Parameter runWork: What the caller does at the same time, once per run.
  func backwardWeights(
    _ tiles: [WeightTile], into gradients: UnsafeMutablePointer<Float>, stride: Int,
    beside runWork: (@Sendable (_ run: Int) -> Void)? = nil
  ) {
    nonisolated(unsafe) let gradients = gradients
    let pieces = tiles.count + (runWork == nil ? 0 : 1)
    HostPieces.perform(runs * pieces, operations: multiplyAdds) { job in
      let (run, piece) = job.quotientAndRemainder(dividingBy: pieces)
      if piece == tiles.count {
        runWork?(run)
      } else {
        backwardWeights(tiles[piece], run, into: gradients + run * stride)
      }
    }
  }

  private func backwardWeights(_ tile: WeightTile, _ run: Int, into gradients: UnsafeMutablePointer<Float>) {
    let (layer, part, first) = (layers[tile.layer], tile.part, tile.first)
    let count = rowCount(part, run)
    guard count > 0, let dz = layer.dz else { return }
    let column = part.columns.lowerBound
    let rowGradients = dz + run * layer.dzStride + column
    let target = gradients + column
    switch layer.x {
    case .dense(let x, let stride):
      products.multiply(
        .init(x + run * stride + first, pitch: layer.inputs, transposed: true),
        .init(rowGradients, pitch: layer.outputs), rows: min(Self.tileInputs, layer.inputs - first),
        columns: part.columns.count, depth: count, into: target + layer.weightOffset + first * layer.outputs,
        pitch: layer.outputs, accumulating: true)
    case .sparse(let lists):
      host_add_sparse_gradients(
        target + layer.weightOffset, rowGradients, lists.entries + run * lists.entryStride, lists.pitch,
        lists.lengths + run * lists.lengthStride, lists.indices.map { $0.start + run * $0.stride }, count,
        layer.outputs)
    }
    if first == 0 {
      let biased = part.columns.clamped(to: layer.biasColumns)
      host_add_column_sums(
        target - column + layer.biasOffset + biased.lowerBound - layer.biasColumns.lowerBound,
        rowGradients - column + biased.lowerBound, layer.outputs, count, biased.count)
    }
  }
}
