import CShaders
import VulkanCompute

/// The dense layers of a window of runs on the host, in the buffers of a network's workspace.
///
/// Work is cut into pieces by the shape of one run only and each piece is one thread's, so that results depend neither
/// on the number of threads nor on the other runs:
///
///     forward    (run, block of rows): the block's inputs, then all layers, one after the other
///     backward   (run, block of rows): gradients of all layers' outputs, last layer to first
///     learn      (run, block of rows): forward, what the caller makes of the outputs, backward
///     recurrence (run, block of sequences): all steps, forwards or backwards in time (HostRecurrence.swift)
///     weights    (run, layer, tile of inputs): dW += X^T dY over all rows, db += sum dY; a list is one tile
///
/// Unchecked: it holds addresses of buffers that the recorder keeps alive, used by one step of the host at a time.
struct HostLayers: @unchecked Sendable {
  /// The shape of one layer.
  struct Layer {
    let inputs, outputs: Int  // padded
    let activation: NetworkArchitecture.Activation?
    let source: Int?
    let parts: [Part]
    /// What x is, where it is no matrix.
    let lists: Lists?
    let weightOffset, biasOffset: Int
    /// Columns that have a bias.
    let biasColumns: Range<Int>
    /// nil where the layer multiplies.
    let normalisation: Normalisation?
  }

  /// A layer that normalises the sums of its source.
  struct Normalisation {
    /// H, numbers that are normalised together.
    let width: Int
    /// Mean and 1 / standard deviation of every row of the sums, (C, 2).
    let moments: HostMatrix<Float>
  }

  /// Some columns of a layer's output with the rows that they are computed for. Only linear layers have several.
  struct Part {
    let columns: Range<Int>
    /// `ROW_COUNT_…`
    let rowCount: Int
  }

  /// Lists by workspace row, for run 0 of the window; strides in words from one run to the next.
  struct Indices {
    let start: UnsafePointer<UInt32>
    let stride: Int
  }

  /// `ObservationLists` for run 0 of the window; strides in words from one run to the next.
  struct Lists {
    let entries: UnsafePointer<UInt32>
    let entryStride, pitch: Int
    let lengths: UnsafePointer<UInt32>
    let lengthStride: Int
    /// nil where workspace row r has list r.
    let indices: Indices?
    let staticEntries: UnsafePointer<UInt32>
    let staticCount: Int

    /// What the functions on lists take for some rows.
    func of(_ rows: HostRows) -> (
      entries: UnsafePointer<UInt32>, lengths: UnsafePointer<UInt32>, indices: UnsafePointer<UInt32>?
    ) {
      let place = indices == nil ? rows.first : 0
      return (
        entries + rows.run * entryStride + place * pitch, lengths + rows.run * lengthStride + place,
        indices.map { $0.start + rows.run * $0.stride + rows.first }
      )
    }
  }

  let arithmetic: any HostArithmetic
  let layers: [Layer]
  /// x of some rows of a run from packed observations; nil where x or its lists are there.
  let expand: RowWork?
  let runs, rows: Int
  let counts: UnsafePointer<UInt32>
  let countStride: Int
  let policyIndices: UnsafePointer<UInt32>
  let policyIndexStride: Int

  /// Rows of one piece of work: half of the rows for two pieces at least, but few enough for a processor's cache.
  var blockRows: Int { min(max((rows / 2 + 15) / 16 * 16, 64), 512) }
  var blocks: Int { (rows + blockRows - 1) / blockRows }

  /// Of one forward pass over all layers, as if all rows and columns took part.
  var multiplyAdds: Int { runs * rows * layers.reduce(0) { $0 + multiplyAddsPerRow($1) } }

  private func multiplyAddsPerRow(_ layer: Layer) -> Int {
    if layer.normalisation != nil {
      8 * layer.outputs
    } else if let lists = layer.lists {
      lists.pitch / 2 * layer.outputs
    } else {
      layer.inputs * layer.outputs
    }
  }

  /// Which parameter set a run has.
  func parameterSet(_ run: Int) -> Int { Int(policyIndices[run * policyIndexStride]) }

  /// Rows of a run of one kind, `ROW_COUNT_…`; they come first.
  func rowCount(_ kind: Int, _ run: Int) -> Int { min(rows, Int(counts[run * countStride + kind])) }

  /// Those of them in block `block`; nil where there are none.
  func blockPart(_ block: Int, _ kind: Int, _ run: Int) -> HostRows? {
    let first = block * blockRows
    let count = min(blockRows, rowCount(kind, run) - first)
    return count > 0 ? HostRows(run: run, first: first, count: count) : nil
  }

  /// Rows of a run in block `block`.
  func blockRange(_ block: Int) -> Range<Int> { block * blockRows..<min((block + 1) * blockRows, rows) }
}
