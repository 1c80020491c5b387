import Configuration
import Environments
import Files
import Foundation
import Networks
import Policies
import Training
import VulkanCompute

/// What a checkpoint says beside its tensors: enough to refuse what cannot be continued bit by bit, and to use the
/// policies elsewhere.
public struct TrainingState: Codable, Sendable {
  /// The resolved configuration, as YAML.
  public let configuration: String
  public let environment: PolicyDescription.Environment
  /// What the policies see and do; nil in checkpoints of versions that did not say so.
  public let observation: [ObservationSection]?
  public let actionNames: [String]?
  /// Runs of the tensors' first axis, in order.
  public let runs: [RunConfiguration]
  public let envSteps: Int
  /// How the words of `environment_states` lie.
  public let stateLayout: String
  public let device: String
  /// Version and commit of the program that wrote the checkpoint; nil in checkpoints of versions that did not say so.
  public let program: String?
  /// By the name of a run that diverged, the update in which it did; nil where none has.
  public let diverged: [String: Int]?
  /// The last updates that no line of metrics is about yet (`metrics_interval`), whose sums are among the tensors; nil
  /// where there are none.
  public let updatesWithoutLine: Int?

  enum CodingKeys: String, CodingKey {
    case configuration, environment, observation, runs, device, program, diverged
    case actionNames = "action_names"
    case envSteps = "env_steps"
    case stateLayout = "state_layout"
    case updatesWithoutLine = "updates_without_line"
  }

  init(_ trainer: Trainer, device: Device) throws {
    configuration = try trainer.configuration.yaml()
    environment = PolicyDescription.Environment(trainer.environment)
    observation = trainer.environment.observationLayout
    actionNames = trainer.environment.actionNames
    runs = trainer.runs
    envSteps = trainer.envSteps
    stateLayout = device.profile.stateLayout.rawValue
    self.device = Self.identity(of: device, precision: trainer.configuration.precision)
    program = Version.identity
    let updates = try trainer.divergedUpdates()
    let diverged = zip(trainer.runs, updates).compactMap { run, update in update.map { (run.name, $0) } }
    updatesWithoutLine = trainer.intervalSums.first?.updates
    self.diverged = diverged.isEmpty ? nil : Dictionary(uniqueKeysWithValues: diverged)
  }

  /// The configuration that the state was trained with.
  ///
  /// - Throws: `FileFailure` where it, or a run, is not what this version of the program makes of it.
  func trainedConfiguration(_ checkpoint: URL) throws -> TrainingConfiguration {
    let file = checkpoint.appendingPathComponent(CheckpointFolder.descriptionName)
    let trained = try TrainingConfiguration(yaml: configuration, file: file.relativePath)
    let all = Dictionary(uniqueKeysWithValues: trained.runs.map { ($0.index, $0) })
    for (run, next) in zip(runs, runs.dropFirst()) where run.index >= next.index {
      throw FileFailure(file.path, "is damaged: its runs are not in order, \(run.name) stands before \(next.name)")
    }
    if let run = runs.first(where: { all[$0.index] != $0 }) {
      throw FileFailure(file.path, "is damaged: its configuration has no run \(run.index) called \(run.name)")
    }
    return trained
  }

  /// Refuses another configuration than the one that the state was trained with, but for its free keys and a larger
  /// `total_env_steps`.
  func requireContinuation(by asked: TrainingConfiguration, of checkpoint: URL) throws {
    let trained = try trainedConfiguration(checkpoint)
    let difference = asked.differences(from: trained).first { difference in
      switch difference.change {
      case .free: false
      case .growing: asked.totalEnvSteps < trained.totalEnvSteps
      case .fixed: true
      }
    }
    if let difference { throw ResumeFailure.different(place: checkpoint.relativePath, difference) }
  }

  /// What must be equal for a training to continue bit by bit, beside the program and the configuration.
  static func identity(of device: Device, precision: Precision) -> String {
    var profile = device.profile
    if profile.matrixMultiply == .cooperative, precision == .float32 {
      (profile.matrixMultiply, profile.emulatesMatrixUnits) = (.shared, false)  // which do all the work
    }
    let products = device.products.map { ", \($0.description)" } ?? ""
    return "\(device.description.name), \(device.description.driver) (\(profile)\(products))"
  }
}

/// Sums of updates that no line of metrics is about yet, as a tensor of shape (R, `MetricSums.wordCount`).
enum IntervalTensor {
  private static let name = "metric_sums"

  static func tensors(_ sums: [MetricSums]) -> [Tensor] {
    sums.isEmpty ? [] : [Tensor(name, shape: [sums.count, MetricSums.wordCount], sums.flatMap(\.words))]
  }

  /// - Parameter updates: How many updates are summed up; nil for none.
  static func sums(in file: SafetensorsFile, runs: Int, updates: Int?) throws -> [MetricSums] {
    guard let updates else { return [] }
    let count = MetricSums.wordCount
    guard updates >= 1, file.entries[name]?.shape == [runs, count] else {
      throw FileFailure(file.path, "\(name) is missing or has another shape than [\(runs), \(count)]")
    }
    let words: [Double] = try file.read(name)
    return (0..<runs).map { MetricSums(words: words[$0 * count..<($0 + 1) * count], updates: updates) }
  }
}

/// Device buffers as tensors of shape (R, words per run) and back.
enum BufferTensors {
  static func tensor(_ buffer: AnyBuffer) -> Tensor {
    let shape = [buffer.runCount, buffer.bytesPerRun / 4]
    let pieces = pieces(of: buffer)
    if buffer.elementName.contains("Float") {
      return Tensor(buffer.name, shape: shape, pieces: pieces.count) {
        try words(of: buffer, runs: pieces[$0]) as [Float]
      }
    }
    return Tensor(buffer.name, shape: shape, pieces: pieces.count) {
      try words(of: buffer, runs: pieces[$0]) as [UInt32]
    }
  }

  /// Runs that are copied from or to the device together: 64 MiB of them.
  private static func pieces(of buffer: AnyBuffer) -> [Range<Int>] {
    let size = max(1, (64 << 20) / buffer.runStrideBytes)
    return stride(from: 0, to: buffer.runCount, by: size).map { $0..<min($0 + size, buffer.runCount) }
  }

  static func restore(_ buffer: AnyBuffer, from file: SafetensorsFile) throws {
    let shape = [buffer.runCount, buffer.bytesPerRun / 4]
    guard let entry = file.entries[buffer.name], entry.shape == shape else {
      let found = file.entries[buffer.name].map { "has the shape \($0.shape)" } ?? "is missing"
      throw FileFailure(file.path, "\(buffer.name) \(found); this training needs \(shape)")
    }
    if buffer.elementName.contains("Float") {
      try write(try file.read(buffer.name) as [Float], to: buffer)
    } else {
      try write(try file.read(buffer.name) as [UInt32], to: buffer)
    }
  }

  private static func words<Word: BitwiseCopyable>(of buffer: AnyBuffer, runs: Range<Int>) throws -> [Word] {
    let (stride, count) = (buffer.runStrideBytes / 4, buffer.bytesPerRun / 4)
    let first = runs.lowerBound * buffer.runStrideBytes
    let padded = try [Word](unsafeUninitializedCapacity: runs.count * stride) { words, initialized in
      try buffer.readBytes(first..<first + 4 * words.count, into: UnsafeMutableRawBufferPointer(words))
      initialized = words.count
    }
    guard count < stride else { return padded }
    return runs.indices.flatMap { padded[($0 - runs.lowerBound) * stride..<($0 - runs.lowerBound) * stride + count] }
  }

  private static func write<Word: BitwiseCopyable & ExpressibleByIntegerLiteral>(_ words: [Word], to buffer: AnyBuffer)
    throws
  {
    let (stride, count) = (buffer.runStrideBytes / 4, buffer.bytesPerRun / 4)
    for runs in pieces(of: buffer) {
      var padded = [Word](repeating: 0, count: runs.count * stride)
      for (place, run) in runs.enumerated() {
        padded.replaceSubrange(place * stride..<place * stride + count, with: words[run * count..<(run + 1) * count])
      }
      try padded.withUnsafeBytes { try buffer.writeBytes($0, at: runs.lowerBound * buffer.runStrideBytes) }
    }
  }
}
