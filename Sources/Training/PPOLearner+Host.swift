import CHostLayers
import CShaders
import Foundation
import Networks
import VulkanCompute

// The learner's kernels as steps of the host, so that an epoch hands over once.
extension PPOLearner {
  func recordAdvantageMomentsOnHost(_ recorder: CommandRecorder, runs: Range<Int>, _ push: MomentDispatch) {
    let (count, place) = (runs.count, 0..<runs.count)
    let windows = [
      buffers.advantages.window(runs: place), environment.seeds.window(runs: runs), scalars.progress.window(runs: runs),
      chunk.moments.window(runs: place),
    ]
    nonisolated(unsafe) let moments = HostMoments(
      p: push, seed_stride: UInt32(environment.seeds.runStride), advantages: windows[0].address(of: Float.self),
      seed_words: windows[1].address(of: UInt32.self), progress: windows[2].address(of: UInt32.self),
      advantage_moments: windows[3].address(of: Float.self))
    let (minibatches, rows, actors) = (shape.minibatches, shape.rows, shape.rowsPerStep)
    recorder.host("advantage moments", using: windows, work: chunk.rowWork(count, rows, words: 2)) {
      HostPieces.perform(count * minibatches, operations: 4 * count * rows) { piece in
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: actors) { scratch in
          withUnsafePointer(to: moments) {
            host_advantage_moments(
              $0, UInt32(piece / minibatches), UInt32(piece % minibatches), scratch.baseAddress)
          }
        }
      }
    }
  }

  func recordClearGradientsOnHost(_ recorder: CommandRecorder, runs: Range<Int>) {
    let window = gradients.window(runs: 0..<runs.count)
    nonisolated(unsafe) let start = window.address(of: Float.self)
    let (count, stride) = (runs.count, gradients.runStride)
    recorder.host("clear gradients", using: [window], work: parameterWork(runs, passes: 1)) {
      HostPieces.perform(count, operations: count * stride) { run in
        memset(start + run * stride, 0, MemoryLayout<Float>.stride * stride)
      }
    }
  }

  /// ppo_loss.comp, then accumulate_metrics.comp.
  func lossOnHost(runs: Range<Int>, push: ChunkDispatch) -> PolicyNetwork.HostRowWork {
    let (policyRows, windows) = chunk.policyRows(runs, push)
    let metricWindow = scalars.metrics.window(runs: runs)
    nonisolated(unsafe) let (policy, metrics) = (policyRows, metricWindow.address(of: Float.self))
    return PolicyNetwork.HostRowWork(
      "ppo loss", using: windows + [metricWindow], work: lossWork(runs, push),
      rows: { run, rows in
        withUnsafePointer(to: policy) {
          host_ppo_loss($0, UInt32(run), UInt32(rows.lowerBound), UInt32(rows.upperBound))
        }
      }, afterwards: { run in withUnsafePointer(to: policy) { host_accumulate_metrics($0, UInt32(run), metrics) } })
  }

  func recordStepOnHost(_ recorder: CommandRecorder, runs: Range<Int>, push: AdamDispatch) {
    let window = gradients.window(runs: 0..<runs.count)
    let perRun: [AnyBuffer] = [
      scalars.hyperparameters, scalars.progress, scalars.metrics, scalars.stepScalars, firstMoments, secondMoments,
      parameters,
    ]
    let windows = perRun.map { $0.window(runs: runs) }
    nonisolated(unsafe) let step = HostStep(
      p: push, hyperparameters: windows[0].address(of: Float.self), progress: windows[1].address(of: UInt32.self),
      metrics: windows[2].address(of: Float.self), step_scalars: windows[3].address(of: Float.self),
      gradients: window.address(of: Float.self), first_moments: windows[4].address(of: Float.self),
      second_moments: windows[5].address(of: Float.self), parameters: windows[6].address(of: Float.self))
    let (count, parameterCount) = (runs.count, Int(push.parameters))
    recorder.host("adam step", using: windows + [window], work: parameterWork(runs, passes: 8)) {
      HostPieces.perform(count, operations: 8 * count * parameterCount) { run in
        withUnsafePointer(to: step) { host_adam_step($0, UInt32(run)) }
      }
    }
  }
}
