// Counters of updates and env steps beyond 2^31 and 2^32.
import CShaders
import Configuration
import Foundation
import TestSupport
import Testing
import Training
import VulkanCompute

@testable import Runs

@Suite struct HugeCountersTests {
  private static let done = 3_000_000_000
  private let folder: TemporaryFolder
  private let configuration: TrainingConfiguration
  private let device: Device

  init() throws {
    folder = try TemporaryFolder()
    device = try TestDevice.make()
    configuration = try TrainingConfiguration(
      yaml: """
        environment: {name: hanabi, preset: tiny}
        seeds: 2
        environments: 4
        rollout_length: 1
        total_env_steps: 16_000_000_000
        epochs: 1
        minibatches: 1
        learning_rate: 0.004
        learning_rate_schedule: linear
        network: {trunk: [8], actor: [8], critic: [8]}
        checkpoint_interval: 8
        """, file: "huge.yaml")
  }

  private func progress(_ trainer: Trainer) throws -> AnyBuffer {
    try #require(trainer.persistentBuffers.first { $0.name == "progress" })
  }

  /// A trainer that has come far: its first weights, three quarters of its updates done.
  private func trainer() throws -> Trainer {
    let trainer = try Trainer(configuration: configuration, runs: configuration.runs, device: device)
    let progress = try progress(trainer)
    for run in configuration.runs.indices {
      try withUnsafeBytes(of: UInt32(Self.done)) {
        try progress.writeBytes($0, at: run * progress.runStrideBytes + 4 * Int(PROGRESS_UPDATE))
      }
    }
    trainer.didRestore(updates: Self.done)
    return trainer
  }

  private func bytes(_ buffer: AnyBuffer) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: buffer.byteCount)
    try bytes.withUnsafeMutableBytes { try buffer.readBytes(0..<buffer.byteCount, into: $0) }
    return bytes
  }

  /// Resumes, trains until `updates` lines of metrics were written, and stops.
  private func resume(updates: Int) throws -> (session: TrainingSession, metrics: [[RunMetrics]]) {
    let session = try TrainingSession.resume(configuration, in: folder.url, devices: [device])
    var metrics: [[RunMetrics]] = []
    try session.run(.init(isStopping: { metrics.count >= updates }, report: { metrics.append($0.metrics) }))
    return (session, metrics)
  }

  @Test func aTrainingGoesOnFarBeyondWhat31BitsCount() throws {
    let whole = try trainer()
    try Data(try configuration.yaml().utf8).write(to: folder.file("config.yaml"))
    try CheckpointFolder(folder.file("checkpoints")).write(
      update: Self.done, tensors: whole.persistentBuffers.map(BufferTensors.tensor),
      description: TrainingState(whole, device: device))

    var found: [[RunMetrics]] = []
    // The session lets go of the folder between the two.
    for _ in 0..<2 { found += try resume(updates: 2).metrics }
    let updates = found.map { $0[0].update }
    #expect(updates == Array(Self.done + 1...Self.done + found.count) && found.count >= 4)
    for metrics in found.joined() {
      #expect(metrics.envSteps == 4 * metrics.update)
      #expect(abs(metrics.learningRate - 0.001) < 1e-6)
    }
    let last = try CheckpointFolder(folder.file("checkpoints")).updates()
    #expect(last.last == Self.done + found.count)
    let text = try String(contentsOf: folder.file("metrics.jsonl"), encoding: .utf8)
    #expect(text.contains("\"update\":\(Self.done + 1),") && text.contains("\"env_steps\":\(4 * (Self.done + 1)),"))

    // The same bytes as without the stops.
    for _ in found { _ = try whole.submitUpdate() }
    _ = try whole.finishUpdate()
    let session = try TrainingSession.resume(configuration, in: folder.url, devices: [device])
    #expect(session.trainer.updatesSubmitted == Self.done + found.count)
    #expect(session.notes.contains { $0.contains("after update \(Self.done + found.count) of 4000000000") })
    for (one, other) in zip(session.trainer.persistentBuffers, whole.persistentBuffers) {
      #expect(try bytes(one) == bytes(other), "\(one.name)")
    }
    device.requireNoValidationMessages()
  }
}
