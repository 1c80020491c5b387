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
  let weightOffset, biasOffset: Int
  // For run 0 of the window, elements from one run to the next; shapes as in `Recurrence`.
  let resets: UnsafePointer<UInt32>
  let resetStride: Int
  let hiddenStride, gateStride: Int
  let previous, gates, hidden: UnsafeMutablePointer<Float>
  /// nil unless training.
  let gradients: Gradients?

  /// What a training keeps of the way forward, and writes on the way back.
  struct Gradients {
    let products, byHidden, byGates, byRecurrent: UnsafeMutablePointer<Float>
  }

  /// Two blocks at least where there are sequences for them, and few enough for a processor's cache.
  private var blockSequences: Int { min(max((sequences / 2 + 15) / 16 * 16, 16), 64) }
  private var blocks: Int { (sequences + blockSequences - 1) / blockSequences }

  /// previous[t] and gates[t] -> hidden[t], previous[t + 1], for all t
  func forward() {
    perform { run, first, count, parameters in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: count * 3 * width) { scratch in
        guard let sums = scratch.baseAddress else { return }
        for step in 0..<steps {
          let row = step * sequences + first
          let place = run * hiddenStride + row * width
          let isLast = step + 1 == steps
          work.products.multiply(
            .init(previous + place, pitch: width), .init(parameters + weightOffset, pitch: 3 * width), rows: count,
            columns: 3 * width, depth: width, into: sums, pitch: 3 * width, accumulating: false)
          host_gru_forward(
            gates + run * gateStride + row * 3 * width, sums, parameters + biasOffset, previous + place,
            hidden + place, gradients.map { $0.products + place }, isLast ? nil : previous + place + sequences * width,
            resets + run * resetStride + row + (isLast ? 0 : sequences), count, width)
        }
      }
    }
  }

  /// Gradients by hidden[t] from outside -> from everywhere, and those by both products, for all t from the last on; for training only
  func backward() {
    guard let gradients else { return }
    nonisolated(unsafe) let (q, dh) = (gradients.products, gradients.byHidden)
    nonisolated(unsafe) let (dx, dg) = (gradients.byGates, gradients.byRecurrent)
    perform { run, first, count, parameters in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: count * width) { scratch in
        guard let sums = scratch.baseAddress else { return }
        for step in (0..<steps).reversed() {
          let row = step * sequences + first
          let place = run * hiddenStride + row * width
          let gate = run * gateStride + row * 3 * width
          if step + 1 < steps {
            work.products.multiply(
              .init(dg + gate + sequences * 3 * width, pitch: 3 * width),
              .init(parameters + weightOffset, pitch: 3 * width, transposed: true), rows: count, columns: width,
              depth: 3 * width, into: sums, pitch: width, accumulating: false)
            host_gru_add_following(
              dh + place, sums, dh + place + sequences * width, gates + gate + sequences * 3 * width,
              resets + run * resetStride + row + sequences, count, width)
          }
          host_gru_backward(dx + gate, dg + gate, dh + place, previous + place, gates + gate, q + place, count, width)
        }
      }
    }
  }

  /// (run, first sequence, sequences, the run's parameters) for every block of runs that have rows
  private func perform(_ piece: @Sendable (Int, Int, Int, UnsafePointer<Float>) -> Void) {
    HostPieces.perform(work.runs * blocks, operations: work.runs * sequences * steps * 3 * width * width) { job in
      let (run, block) = job.quotientAndRemainder(dividingBy: blocks)
      guard work.counts[run * work.countStride + Int(ROW_COUNT_ALL)] > 0 else { return }
      let first = block * blockSequences
      piece(run, first, min(blockSequences, sequences - first), work.parameters(run))
    }
  }
}
