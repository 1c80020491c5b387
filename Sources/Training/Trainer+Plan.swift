import Configuration
import VulkanCompute

/// What a training would take, found without taking it.
extension Trainer {
  /// The memory plan without taking the memory: waves, the first device, windows, every buffer, rollout bytes per row; then the
  /// dispatches of one update and its hand-overs to the host, counted as they would be recorded, or why the device cannot
  /// run them.
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
    let all = try plannedBytes(configuration: configuration, runs: runs.count, device: device)
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
    return TrainingPlan(
      device: device.description.name, devices: devices.count, profile: device.profile.description,
      waves: waves.map(\.count),
      windowRuns: parts.network.windowRuns, environments: parts.shape.environments, steps: parts.shape.steps,
      agents: parts.shape.agents, minibatchRows: parts.shape.minibatchRows, chunkRows: parts.shape.chunkRows,
      bytes: table.totalBytes, availableBytes: device.description.availableBytes,
      buffers: table.plannedBuffers, dispatches: counts?.dispatches, handOvers: counts?.handOvers,
      volume: parts.volume(configuration, waves: waves, table: table))
  }

  /// Device memory that this many runs take at once.
  static func plannedBytes(configuration: TrainingConfiguration, runs: Int, device: Device) throws -> Int {
    try plan(configuration: configuration, runs: runs, device: device).table.totalBytes
  }

  /// Dispatches and hand-overs of one update of this many runs: those of their `Trainer`.
  ///
  /// - Throws: `VulkanError` where the device does not allow a dispatch.
  static func plannedCounts(
    configuration: TrainingConfiguration, runs: Int, device: Device, windowLimit: Int = .max
  ) throws -> (dispatches: Int, handOvers: Int) {
    let planned = try plan(configuration: configuration, runs: runs, device: device, windowLimit: windowLimit)
    return try planned.parts.counts(on: device)
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
  fileprivate func counts(on device: Device) throws -> (dispatches: Int, handOvers: Int) {
    try update.reduce(into: (dispatches: 0, handOvers: 0)) { sum, sequence in
      let counts = try device.count(sequence)
      sum.dispatches += counts.dispatches
      sum.handOvers += counts.handOvers
    }
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
      let counts = try counts(on: device)
      return "\(counts.dispatches) dispatches and \(counts.handOvers) hand-overs to the host per update"
    } catch let error as VulkanError {
      return "an update cannot run here: \(error)"
    }
  }
}
