import Foundation

/// Float64 twin of Shaders/Network/gru_forward and gru_backward, one sequence after the other, one unit after the other.
///
/// Rows are arrays; row t * sequences + s is step t of sequence s. Gates stand in the order reset, update, candidate.
public struct GRULayer {
  public let weights: [[Double]]  // (H, 3 H)
  /// (H), of the candidate
  public let bias: [Double]

  public init(weights: [[Double]], bias: [Double]) {
    self.weights = weights
    self.bias = bias
  }

  /// How the rows hang together.
  public struct Sequences {
    /// (sequences, H)
    public var firstStates: [[Double]]
    /// (rows): whether the step before ended an episode
    public var resets: [Bool]

    public init(firstStates: [[Double]], resets: [Bool]) {
      self.firstStates = firstStates
      self.resets = resets
    }

    public var count: Int { firstStates.count }
    public var steps: Int { resets.count / count }
  }

  /// What a forward pass leaves behind of one row, (H) each.
  public struct Row {
    public var previous, reset, update, candidate, product, hidden: [Double]
  }

  public func forward(_ gates: [[Double]], _ sequences: Sequences) -> [Row] {
    var rows: [Row] = []
    let width = bias.count
    for t in 0..<sequences.steps {
      for s in 0..<sequences.count {
        let index = t * sequences.count + s
        let carried = t == 0 ? sequences.firstStates[s] : rows[index - sequences.count].hidden
        let h = sequences.resets[index] ? carried.map { _ in 0 } : carried
        var row = Row(previous: h, reset: [], update: [], candidate: [], product: [], hidden: [])
        for j in 0..<width {
          func product(_ gate: Int) -> Double { (0..<width).reduce(0) { $0 + h[$1] * weights[$1][gate * width + j] } }
          let r = sigmoid(gates[index][j] + product(0))
          let z = sigmoid(gates[index][width + j] + product(1))
          let q = product(2) + bias[j]
          let n = tanh(gates[index][2 * width + j] + r * q)
          row.reset.append(r)
          row.update.append(z)
          row.product.append(q)
          row.candidate.append(n)
          row.hidden.append((1 - z) * n + z * h[j])
        }
        rows.append(row)
      }
    }
    return rows
  }

  /// Gradients by x W_i + b_i and by h W_h (with q), (rows, 3 H) each, from those by the hidden states.
  public func backward(
    _ rows: [Row], _ hidden: [[Double]], _ sequences: Sequences
  ) -> (gates: [[Double]], recurrent: [[Double]]) {
    let width = bias.count
    var gates = hidden.map { _ in [Double](repeating: 0, count: 3 * width) }
    var recurrent = gates
    for s in 0..<sequences.count {
      var carried = [Double](repeating: 0, count: width)  // gradient by the hidden state after this step
      for t in (0..<sequences.steps).reversed() {
        let index = t * sequences.count + s
        let row = rows[index]
        var before = [Double](repeating: 0, count: width)
        for j in 0..<width {
          let dh = hidden[index][j] + carried[j]
          let (r, z, n, q) = (row.reset[j], row.update[j], row.candidate[j], row.product[j])
          let candidate = dh * (1 - z) * (1 - n * n)
          let update = dh * (row.previous[j] - n) * z * (1 - z)
          let reset = candidate * q * r * (1 - r)
          (gates[index][j], gates[index][width + j], gates[index][2 * width + j]) = (reset, update, candidate)
          (recurrent[index][j], recurrent[index][width + j], recurrent[index][2 * width + j]) =
            (reset, update, candidate * r)
          before[j] += dh * z
        }
        for j in 0..<width {
          before[j] += (0..<3 * width).reduce(0) { $0 + recurrent[index][$1] * weights[j][$1] }
        }
        carried = sequences.resets[index] ? before.map { _ in 0 } : before
      }
    }
    return (gates, recurrent)
  }

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
}
