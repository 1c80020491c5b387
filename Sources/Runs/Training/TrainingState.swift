import Configuration
import Environments
import Files
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

  enum CodingKeys: String, CodingKey {
    case configuration, environment, observation, runs, device, program
    case actionNames = "action_names"
    case envSteps = "env_steps"
    case stateLayout = "state_layout"
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

/// Device buffers as tensors of shape (R, words per run) and back.
enum BufferTensors {
  static func tensor(_ buffer: AnyBuffer) -> Tensor {
    let shape = [buffer.runCount, buffer.bytesPerRun / 4]
    if buffer.elementName.contains("Float") {
      return Tensor(buffer.name, shape: shape, pieces: buffer.runCount) { try words(of: buffer, run: $0) as [Float] }
    }
    return Tensor(buffer.name, shape: shape, pieces: buffer.runCount) { try words(of: buffer, run: $0) as [UInt32] }
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

  private static func words<Word: BitwiseCopyable>(of buffer: AnyBuffer, run: Int) throws -> [Word] {
    let start = run * buffer.runStrideBytes
    return try [Word](unsafeUninitializedCapacity: buffer.bytesPerRun / 4) { words, initialized in
      try buffer.readBytes(start..<start + buffer.bytesPerRun, into: UnsafeMutableRawBufferPointer(words))
      initialized = words.count
    }
  }

  private static func write<Word: BitwiseCopyable>(_ words: [Word], to buffer: AnyBuffer) throws {
    let count = buffer.bytesPerRun / 4
    try words.withUnsafeBufferPointer { words in
      for run in 0..<buffer.runCount {
        let part = UnsafeBufferPointer(rebasing: words[run * count..<(run + 1) * count])
        try buffer.writeBytes(UnsafeRawBufferPointer(part), at: run * buffer.runStrideBytes)
      }
    }
  }
}
