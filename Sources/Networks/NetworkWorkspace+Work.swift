import CShaders
import VulkanCompute

// What passes over the network have to do, for profiles. Kinds of rows are `ROW_COUNT_…`; entries of lists are a kind of
// their own, of which `listShare` says how many there were.
extension NetworkWorkspace {
  /// The kind of `Work` of entries of lists, counted as if all lists were full.
  static let listedKind = 3

  /// Y = act(X W + b) of one part of a layer; of a GRU's hidden layer the whole time loop.
  func forwardWork(_ index: Int, _ part: LayerPart, _ rows: Rows) -> Work {
    if let (recurrence, sequences) = recurrence(of: rows), index == recurrence.layer {
      return forwardStepsWork(recurrence, rows, sequences, 0..<sequences.steps)
    }
    if layout.layers[index].kind == .normalisation {
      return normalisationWork(part, rows, operations: 8, sums: 1, hidden: 1)
    }
    return product(index, part, rows, storage(of: index, gradients: false), weightBytes: copyBytes)
  }

  /// dX = dY W^T of one part of a layer, nothing for first layers; of a GRU's hidden layer the whole time loop.
  func backwardInputWork(_ index: Int, _ part: LayerPart, _ rows: Rows) -> Work {
    if let (recurrence, sequences) = recurrence(of: rows), index == recurrence.layer {
      return backwardStepsWork(recurrence, rows, sequences, 0..<sequences.steps)
    }
    if layout.layers[index].kind == .normalisation {
      return normalisationWork(part, rows, operations: 12, sums: 1, hidden: 2)
    }
    guard layout.layers[index].source != nil else { return Work() }
    return product(index, part, rows, storage(of: index, gradients: true), x: 2, weightBytes: copyBytes)
  }

  /// dW += X^T dY of one part of a layer.
  func backwardWeightsWork(_ index: Int, _ part: LayerPart, _ rows: Rows) -> Work {
    if layout.layers[index].kind == .normalisation {
      return normalisationWork(part, rows, operations: 5, sums: 1, hidden: 1)
    }
    return product(index, part, rows, storage(of: index, gradients: true), weightBytes: 8)
  }

  /// - Parameters:
  ///   - operations: Of every number that is normalised.
  ///   - sums: How many sums are read or written for it.
  ///   - hidden: How many hidden outputs, or gradients by them or by sums.
  private func normalisationWork(_ part: LayerPart, _ rows: Rows, operations: Int, sums: Int, hidden: Int) -> Work {
    let numbers = Double(rows.runs * rows.count * part.columns.count)
    let bytes = 4 * sums + (halves == .float16 ? 2 : 4) * hidden
    return Work(flops: Double(operations) * numbers, bytes: Double(bytes) * numbers, kind: Int(part.rowCount))
  }

  /// Bytes of a weight that a product reads.
  private var copyBytes: Int { halves == .float16 ? 2 : 4 }

  /// - Parameters:
  ///   - x: How often x is read or written.
  ///   - weightBytes: Read and written of every weight.
  private func product(
    _ index: Int, _ part: LayerPart, _ rows: Rows, _ storage: ProductStorage, x: Int = 1, weightBytes: Int
  ) -> Work {
    let layer = layout.layers[index]
    let (count, kind, columns) = (Double(rows.runs * rows.count), Int(part.rowCount), Double(part.columns.count))
    let weights = Work(bytes: Double(weightBytes * rows.runs * layer.paddedInputs) * columns)
    let outputs = Work(bytes: Double(storage.outputs.bytes) * count * columns, kind: kind)
    switch source(of: layer) {
    case .dense:
      let inputs = Double(layer.paddedInputs)
      return weights + outputs
        + Work(
          flops: 2 * count * inputs * columns, bytes: Double(storage.inputs.bytes * x) * count * inputs,
          kind: kind)
    case .listed(let lists):
      let entries = count * Double(lists.capacity)
      return outputs
        + Work(flops: 2 * entries * columns, bytes: 4 * Double(x) * entries, kind: Self.listedKind)
    }
  }

  /// Some steps of a GRU: h W, then gates and h -> h'. Of every row the gates are read, h is read and written for the next
  /// step, and h' is written; for training also r, z, n and q.
  func forwardStepsWork(
    _ recurrence: Recurrence, _ rows: Rows, _ sequences: SequenceRows, _ steps: Range<Int>
  ) -> Work {
    stepsWork(recurrence, rows, sequences, steps, products: steps.count, widths: recurrence.products == nil ? 6 : 10)
  }

  /// Some steps of a GRU's gradient: dg W^T of the step after, but for the last step, then dh -> gradients by both products.
  /// Of every row r, z, n, q, h, dh and the dg of the step after are read, dh and both gradients are written.
  func backwardStepsWork(
    _ recurrence: Recurrence, _ rows: Rows, _ sequences: SequenceRows, _ steps: Range<Int>
  ) -> Work {
    let followed = steps.clamped(to: 0..<sequences.steps - 1)
    return stepsWork(recurrence, rows, sequences, steps, products: followed.count, widths: 16)
  }

  /// - Parameters:
  ///   - products: Steps that multiply by W (Hp, 3 Hp).
  ///   - widths: Numbers that are read or written of every row, in units of Hp.
  private func stepsWork(
    _ recurrence: Recurrence, _ rows: Rows, _ sequences: SequenceRows, _ steps: Range<Int>, products: Int, widths: Int
  ) -> Work {
    let perStep = Double(rows.runs * sequences.sequences)
    let (width, weights) = (Double(recurrence.width), Double(3 * recurrence.width * recurrence.width))
    return Work(
      flops: 2 * perStep * Double(products) * weights,
      bytes: 4 * (perStep * Double(steps.count * widths) * width + Double(rows.runs) * weights))
  }

  func forwardWork(_ order: [Int], _ rows: Rows) -> Work { work(order, rows, forwardWork) }

  /// Of all layers.
  func backwardWork(_ rows: Rows) -> Work {
    work(Array(layout.layers.indices), rows) { index, part, rows in
      backwardInputWork(index, part, rows) + backwardWeightsWork(index, part, rows)
    }
  }

  private func work(_ order: [Int], _ rows: Rows, _ work: (Int, LayerPart, Rows) -> Work) -> Work {
    order.flatMap { index in parts(of: index).map { work(index, $0, rows) } }.sum()
  }

  /// Packed observations to inputs.
  func expandWork(_ rows: Rows) -> Work {
    let count = Double(rows.runs * rows.count)
    let read = Work(bytes: 4 * count * Double(observation.wordCount + 1))
    return switch inputs {
    case .dense(let inputs): read + Work(bytes: (halves == .float16 ? 2 : 4) * count * Double(inputs.width))
    case .listed(let lists): read + Work(bytes: 4 * count * Double(lists.capacity), kind: Self.listedKind)
    }
  }

  /// Entries of the lists of the first `rows` workspace rows of the first `runs` runs, as a share of their capacity; 1 for
  /// dense inputs. For profiles.
  func listShare(runs: Int, rows: Int) throws -> Double {
    guard case .listed(let lists) = inputs, lists.capacity > 0 else { return 1 }
    let entries = try (0..<runs).reduce(0) { sum, run in
      try sum + lists.lengths.read(run: run).prefix(rows).reduce(0) { $0 + Int($1) }
    }
    return Double(entries) / Double(runs * rows * lists.capacity)
  }
}
