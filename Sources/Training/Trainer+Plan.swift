import Configuration
import VulkanCompute

/// What a training would take, found without taking it.
extension Trainer {
  /// The memory plan without taking the memory: waves, the first device, windows, every buffer, rollout bytes per row; then the
  /// dispatches, stages and hand-overs to the host of one env step of a rollout and of one update, counted as they would be
  /// recorded, or why the device cannot run them.
  ///
  /// - Throws: `ConfigurationError` where minibatches do not divide the rollout.
  public static func planText(
    configuration: TrainingConfiguration, runs: [RunConfiguration], devices: [Device], waveLimit: Int? = nil
  ) throws -> String {
    let device = devices[0]
    let waves = try waves(of: runs, configuration: configuration, devices: devices, limit: waveLimit)
    let largest = waves.map(\.count).max() ?? 0
    let (parts, table) = try plan(configuration: configuration, runs: largest, device: device)
    let volume = parts.volume(configuration, waves: waves, table: table)
    let text = try parts.planText(table: table, volume: volume, device: device)
    guard waves.count > 1 else { return text }
    let all = try plannedMemory(configuration: configuration, runs: runs.count, device: device).all
    let order = devices.count > 1 ? "one at a time on each of \(devices.count) devices" : "one after another"
    return """
      \(runs.count) runs in \(waves.count) waves, \(order), of \
      \(waves.map { "\($0.count)" }.joined(separator: ", ")) runs; all at once would take \(formatBytes(all))
      the largest wave:
      \(text)
      """
  }

  /// The same for programs.
  ///
  /// - Throws: `ConfigurationError` where minibatches do not divide the rollout.
  public static func plan(
    configuration: TrainingConfiguration, runs: [RunConfiguration], devices: [Device], waveLimit: Int? = nil
  ) throws -> TrainingPlan {
    let device = devices[0]
    let waves = try waves(of: runs, configuration: configuration, devices: devices, limit: waveLimit)
    let (parts, table) = try plan(
      configuration: configuration, runs: waves.map(\.count).max() ?? 0, device: device)
    let counts = try? parts.counts(on: device)
    let steps = parts.rollout.pieces[0].count
    let envStep = (try? parts.envStepCounts(on: device)).map { TrainingPlan.EnvStep($0, steps: steps) }
    return TrainingPlan(
      device: device.description.name, devices: devices.count, profile: device.profile.description,
      waves: waves.map(\.count),
      windowRuns: parts.network.windowRuns, environments: parts.shape.environments, steps: parts.shape.steps,
      agents: parts.shape.agents, minibatchRows: parts.shape.minibatchRows, chunkRows: parts.shape.chunkRows,
      bytes: table.totalBytes, availableBytes: device.description.availableBytes,
      buffers: table.plannedBuffers, dispatches: counts?.dispatches, stages: counts?.stages,
      handOvers: counts?.handOvers, envStep: envStep,
      largestSubmissionFlops: counts?.largestSubmissionFlops,
      volume: parts.volume(configuration, waves: waves, table: table))
  }

  /// Device memory that this many runs take at once, and its largest buffer.
  static func plannedMemory(
    configuration: TrainingConfiguration, runs: Int, device: Device
  ) throws -> (all: Int, largest: Int) {
    let table = try plan(configuration: configuration, runs: runs, device: device).table
    return (table.totalBytes, table.largestBytes)
  }

  /// What one env step of a rollout, or those that are one piece, adds to the update of a window.
  static func plannedEnvStep(
    configuration: TrainingConfiguration, runs: Int, device: Device
  ) throws -> CommandCounts {
    try plan(configuration: configuration, runs: runs, device: device).parts.envStepCounts(on: device)
  }

  /// Dispatches, stages and hand-overs of one update of this many runs: those of their `Trainer`.
  ///
  /// - Throws: `VulkanError` where the device does not allow a dispatch.
  static func plannedCounts(
    configuration: TrainingConfiguration, runs: Int, device: Device, windowLimit: Int = .max
  ) throws -> CommandCounts {
    let planned = try plan(configuration: configuration, runs: runs, device: device, windowLimit: windowLimit)
    return try planned.parts.counts(on: device)
  }

  /// The kernels of a training, compiled for the device, each once; sorted by name. Nothing runs.
  ///
  /// - Throws: `ConfigurationError` where minibatches do not divide the rollout, `VulkanError` where the device does not
  ///   allow a dispatch.
  public static func kernels(configuration: TrainingConfiguration, device: Device) throws -> [Kernel] {
    let parts = try plan(configuration: configuration, runs: 1, device: device).parts
    let first = { (recorder: CommandRecorder) in parts.recordFirstEpisodes(recorder, runs: 0..<1) }
    let kernels = try ([first] + parts.update).flatMap(device.kernels)
    return Dictionary(kernels.map { (ObjectIdentifier($0), $0) }) { one, _ in one }.values
      .sorted { ($0.name, $0.variant) < ($1.name, $1.variant) }
  }

  private static func plan(
    configuration: TrainingConfiguration, runs: Int, device: Device, windowLimit: Int = .max
  ) throws -> (parts: TrainerParts, table: BufferTable) {
    let table = BufferTable(device: device, plansOnly: true)
    let parts = try TrainerParts(
      configuration: configuration, runs: runs, device: device, table: table, windowLimit: windowLimit)
    return (parts, table)
  }
}

extension TrainerParts {
  fileprivate func counts(on device: Device) throws -> CommandCounts {
    try update.map(device.count).reduce(CommandCounts([]), +)
  }

  /// Of one env step between others, or of those that are one piece: what a second one adds to a first.
  fileprivate func envStepCounts(on device: Device) throws -> CommandCounts {
    let first = try device.count { try recordEnvSteps($0, count: 1) }
    return first.remainder(of: try device.count { try recordEnvSteps($0, count: 2) })
  }

  fileprivate func volume(
    _ configuration: TrainingConfiguration, waves: [[RunConfiguration]], table: BufferTable
  ) -> TrainingVolume {
    TrainingVolume(
      configuration, waves: waves, outcomes: environment.environment.outcomeQuantities.count,
      checkpointBytes: table.persistentBuffers.reduce(0) { $0 + $1.runCount * $1.bytesPerRun })
  }

  fileprivate func planText(table: BufferTable, volume: TrainingVolume, device: Device) throws -> String {
    let (observation, rows) = (4 * shape.observationWords, shape.rows * network.windowRuns)
    let all = table.bytes(ofNamesBeginning: RolloutBuffers.prefix) / rows
    let dense = 4 * network.architecture.inputs
    let counts = try countText(on: device)
    return """
      device \(device.description.name) (\(device.profile))
      runs R \(shape.runs) in windows of \(network.windowRuns), environments N \(shape.environments), \
      steps T \(shape.steps), agents A \(shape.agents)
      minibatches of B \(shape.minibatchRows) rows in chunks of C \(shape.chunkRows)
      \(table.planText())
      rollout bytes per row: observation \(observation) packed instead of \(dense) as float32 \
      (1/\(dense / observation)), all \(all)
      \(volume.text)
      \(counts)
      """
  }

  private func countText(on device: Device) throws -> String {
    do {
      let steps = rollout.pieces[0].count
      return """
        \(try envStepCounts(on: device).amount) per \(steps == 1 ? "env step" : "\(steps) env steps") of a rollout
        \(try counts(on: device).text(per: "update"))
        """
    } catch let error as VulkanError {
      return "an update cannot run here: \(error)"
    }
  }
}
