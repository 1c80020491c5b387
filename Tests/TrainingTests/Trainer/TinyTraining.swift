// Trainings that take a moment: tiny Hanabi, 4 environments, 8 steps, layers of 8.
import Doctor
import TestSupport
import Testing
import VulkanCompute

@testable import Configuration
@testable import Training

func tinyConfiguration(_ overrides: [String] = []) throws -> TrainingConfiguration {
  try SmallTraining.configuration(overrides)
}

func tinyTrainer(_ device: Device, _ overrides: String..., windowLimit: Int = .max) throws -> Trainer {
  let configuration = try tinyConfiguration(overrides)
  return try Trainer(
    configuration: configuration, runs: configuration.runs, device: device, windowLimit: windowLimit)
}

extension Trainer {
  /// Everything that a run carries from update to update: the bytes of its part of every persistent buffer.
  func state(run: Int) throws -> [String: [UInt8]] {
    var state: [String: [UInt8]] = [:]
    for buffer in persistentBuffers { state[buffer.name] = try buffer.bytes(run: run) }
    return state
  }

  /// The features of all rows of the rollout and of the observation behind it, by the game's own text.
  func observedFeatures(run: Int) throws -> [[Double]] {
    let words = try parts.buffers.transitions.observations.read(run: run)
    let device = try TestDevice.make()
    let features = environment.observationFeatureCount
    let count = words.count / shape.observationWords * features
    let packed = try device.buffer("observations", of: UInt32.self, count: words.count)
    let values = try device.buffer("values", of: Float.self, count: count)
    try packed.write(words)
    let unpack = try device.observationUnpacker(of: environment)
    try device.run {
      $0.dispatch(
        unpack, ["observations": packed.whole, "values": values.whole], push: UInt32(count),
        groups: unpack.groups(for: count))
    }
    let all = try values.read()
    return stride(from: 0, to: count, by: features).map { doubles(Array(all[$0..<$0 + features])) }
  }

  func weightHash(run: Int) throws -> ContentHash { ContentHash(of: try parameters(run: run)) }
}

extension AnyBuffer {
  func bytes(run: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: bytesPerRun)
    let start = run * runStrideBytes
    try bytes.withUnsafeMutableBytes { try readBytes(start..<start + bytesPerRun, into: $0) }
    return bytes
  }
}

/// Trainings that agree up to rounding: the same episodes, and everything measured within `tolerance`.
func expectSameTraining(_ trainings: [[RunMetrics]], within tolerance: Double = 1e-4) {
  for metrics in trainings.dropFirst() {
    for (found, expected) in zip(metrics, trainings[0]) {
      #expect(found.episodes == expected.episodes)
      for (one, other) in zip(found.values, expected.values) {
        #expect((one.value == nil) == (other.value == nil))
        #expect(agree(one.value ?? 0, Double(other.value ?? 0), within: tolerance), "\(one.key)")
      }
    }
  }
}

extension RunMetrics {
  /// The same measurements as those of a run with another place and name.
  func agrees(with other: RunMetrics) -> Bool {
    var moved = other
    moved.run = run
    moved.name = name
    return json == moved.json
  }
}
