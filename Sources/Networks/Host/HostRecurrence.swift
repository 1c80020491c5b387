import CHostKernels
import CShaders
import VulkanCompute

/// The time loop of a GRU on the host: sequences do not depend on each other, so a block of sequences of one run is one
/// piece of work with all its steps. A block is a function of the number of sequences only.
///
/// Unchecked: as `HostLayers`.
struct HostRecurrence: @unchecked Sendable {
  let work: HostLayers
  let sequences, steps: Int
  let width: Int  // Hp
  let biasOffset: Int
  let parameters: UnsafePointer<Float>
  let parameterCount: Int
  // For run 0 of the window, elements from one run to the next; shapes as in `Recurrence`.
  let resets: UnsafePointer<UInt32>
  let resetStride: Int
  let previous, gates, hidden: HostMatrix<Float>
  /// nil unless training.
  let gradients: Gradients?

  /// What a training keeps of the way forward, and writes on the way back.
  struct Gradients {
    let products, byHidden: HostMatrix<Float>
  }

  /// Two blocks at least where there are sequences for them, and few enough for a processor's cache.
  private var blockSequences: Int { min(max((sequences / 2 + 15) / 16 * 16, 16), 64) }
  private var blocks: Int { (sequences + blockSequences - 1) / blockSequences }

  /// previous[t] and gates[t] -> hidden[t], previous[t + 1], for all t
  func forward() {
    perform { run, first, count, set in
      let bias = parameters + set * parameterCount + biasOffset
      withUnsafeTemporaryAllocation(of: Float.self, capacity: count * 3 * width) { scratch in
        guard let sums = scratch.baseAddress else { return }
        work.arithmetic.startIsThere(HostRows(run: run, first: first, count: count))
        for step in 0..<steps {
          let row = step * sequences + first
          let rows = HostRows(run: run, first: row, count: count)
          let isLast = step + 1 == steps
          work.arithmetic.multiplyHidden(rows, set: set, into: sums)
          host_gru_forward(
            gates.at(run, row), sums, bias, previous.at(run, row), hidden.at(run, row),
            gradients.map { $0.products.at(run, row) }, isLast ? nil : previous.at(run, row + sequences),
            resets + run * resetStride + row + (isLast ? 0 : sequences), count, width)
          work.arithmetic.hiddenIsThere(rows)
          if !isLast { work.arithmetic.startIsThere(HostRows(run: run, first: row + sequences, count: count)) }
        }
      }
    }
  }

  /// Gradients by hidden[t] from outside -> from everywhere, and those by both products, for all t from the last on; for training only
  func backward() {
    guard let gradients else { return }
    let (q, dh) = (gradients.products, gradients.byHidden)
    perform { run, first, count, set in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: count * width) { scratch in
        guard let sums = scratch.baseAddress else { return }
        for step in (0..<steps).reversed() {
          let row = step * sequences + first
          if step + 1 < steps {
            let next = row + sequences
            work.arithmetic.multiplyRecurrentGradients(
              HostRows(run: run, first: next, count: count), set: set, into: sums)
            host_gru_add_following(
              dh.at(run, row), sums, dh.at(run, next), gates.at(run, next), resets + run * resetStride + next, count,
              width)
          }
          work.arithmetic.writeGateGradients(HostRows(run: run, first: row, count: count)) { byGates, byRecurrent in
            host_gru_backward(
              byGates, byRecurrent, dh.at(run, row), previous.at(run, row), gates.at(run, row), q.at(run, row), count,
              width)
          }
        }
      }
    }
  }

  /// (run, first sequence, sequences, the run's parameter set) for every block of runs that have rows
  private func perform(_ piece: @Sendable (Int, Int, Int, Int) -> Void) {
    HostPieces.perform(work.runs * blocks, operations: work.runs * sequences * steps * 3 * width * width) { job in
      let (run, block) = job.quotientAndRemainder(dividingBy: blocks)
      guard work.counts[run * work.countStride + Int(ROW_COUNT_ALL)] > 0 else { return }
      let first = block * blockSequences
      piece(run, first, min(blockSequences, sequences - first), work.parameterSet(run))
      if block == 0 { work.arithmetic.timeIsOver(HostRows(run: run, first: 0, count: sequences * steps)) }
    }
  }
}
