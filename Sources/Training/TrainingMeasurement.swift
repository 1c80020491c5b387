import Configuration
import Foundation
import VulkanCompute

/// How long updates of a training take here, found by a few of them: `--plan --measure`.
public struct TrainingMeasurement: Sendable, Hashable, Encodable {
  /// Updates that were timed, without those that were to warm up.
  public let updates: Int
  /// Mean over them, of all runs of the largest wave.
  public let secondsPerUpdate: Double
  /// Until all waves are trained; checkpoints not counted.
  public let secondsLeft: Double

  /// Times updates of as many runs as the largest wave has that is not finished, on all devices at once.
  ///
  /// - Parameters:
  ///   - waves: Runs and finished updates of every wave, in order.
  ///   - enough: Seconds after which a device begins no other update. At least one is timed.
  /// - Returns: nil where nothing is left to train.
  /// - Throws: What making and running a `Trainer` throws.
  public static func measure(
    _ configuration: TrainingConfiguration, waves: [(runs: [RunConfiguration], update: Int)], on devices: [Device],
    enough: Double = 3
  ) throws -> TrainingMeasurement? {
    let unfinished = waves.filter { $0.update < configuration.updates }
    guard let largest = unfinished.map(\.runs).max(by: { $0.count < $1.count }) else { return nil }
    let busy = Array(devices.prefix(unfinished.count))
    let trainers = try busy.map { try Trainer(configuration: configuration, runs: largest, device: $0) }
    let lock = NSLock()
    nonisolated(unsafe) var measured: [(updates: Int, seconds: Double)] = []
    try DeviceThreads.run(busy.count) { index in
      let own = try time(trainers[index], enough: enough)
      lock.withLock { measured.append(own) }
    }
    // Mean over the devices of what an update takes.
    let perUpdate = measured.reduce(0) { $0 + $1.seconds / Double($1.updates) } / Double(measured.count)
    let seconds = unfinished.map { wave in
      perUpdate * Double(configuration.updates - wave.update) * Double(wave.runs.count) / Double(largest.count)
    }
    return TrainingMeasurement(
      updates: measured.reduce(0) { $0 + $1.updates }, secondsPerUpdate: perUpdate,
      secondsLeft: end(of: seconds, devices: devices.count))
  }

  private static func time(_ trainer: Trainer, enough: Double) throws -> (updates: Int, seconds: Double) {
    // Compiles kernels and makes the host's threads.
    _ = try trainer.submitUpdate()
    _ = try trainer.finishUpdate()
    let clock = ContinuousClock()
    let start = clock.now
    var updates = 0
    repeat {
      _ = try trainer.submitUpdate()
      updates += 1
    } while (clock.now - start).inSeconds < enough
    _ = try trainer.finishUpdate()
    return (updates, (clock.now - start).inSeconds)
  }

  /// When the last of some waves ends, where every device takes the next one when it has finished its own.
  static func end(of seconds: [Double], devices: Int) -> Double {
    var ends = Array(repeating: 0.0, count: max(1, devices))
    for wave in seconds {
      let next = ends.indices.min { ends[$0] < ends[$1] } ?? 0
      ends[next] += wave
    }
    return ends.max() ?? 0
  }

  /// One line.
  public var text: String {
    "measured over \(updates) updates: \(secondsPerUpdate.formatted(.number.precision(.significantDigits(3)))) s each, "
      + "about \(ProgressLine.duration(secondsLeft)) left"
  }
}
