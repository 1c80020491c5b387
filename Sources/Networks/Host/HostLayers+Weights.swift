import VulkanCompute

// From the gradients of all layers to those of their weights.
extension HostLayers {
  /// A part of one weight gradient: inputs from `first` on, at most `tileInputs`, or all of a list or of a normalisation.
  struct WeightTile {
    let layer: Int
    let part: Part
    let first: Int
  }

  private static let tileInputs = 128

  func weightTiles() -> [WeightTile] {
    layers.indices.flatMap { index in
      layers[index].parts.flatMap { part in
        let isWhole = layers[index].lists != nil || layers[index].normalisation != nil
        return stride(from: 0, to: isWhole ? 1 : layers[index].inputs, by: Self.tileInputs).map {
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
    let (layer, part) = (layers[tile.layer], tile.part)
    let rows = HostRows(run: run, first: 0, count: rowCount(part.rowCount, run))
    guard rows.count > 0 else { return }
    if let normalisation = layer.normalisation {
      return arithmetic.backwardScaleAndBias(tile.layer, normalisation, rows, into: gradients)
    }
    if let lists = layer.lists {
      arithmetic.backwardLists(tile.layer, part.columns, lists, rows, into: gradients)
    } else {
      let inputs = tile.first..<min(tile.first + Self.tileInputs, layer.inputs)
      arithmetic.backwardWeights(tile.layer, part.columns, inputs: inputs, rows, into: gradients)
    }
    if tile.first == 0 {
      arithmetic.backwardBias(tile.layer, part.columns.clamped(to: layer.biasColumns), rows, into: gradients)
    }
  }
}
