import CShaders
import Configuration
import Environments
import Networks
import VulkanCompute

/// The parts of a trainer, made in the order in which data goes through them.
final class TrainerParts {
  let shape: TrainingShape
  let environment: VectorEnvironment
  let network: PolicyNetwork
  let scalars: RunScalars
  let rollout: Rollout
  let learner: PPOLearner
  let buffers: RolloutBuffers
  let chunk: ChunkRows
  let otherPlay: OtherPlay?
  private let entropySchedule: [SchedulePoint]
  private let finishUpdate: Kernel

  /// - Parameters:
  ///   - runs: R
  ///   - windowLimit: The most runs that may share a dispatch.
  /// - Throws: `ConfigurationError` where minibatches do not divide the rollout, `VulkanError` where the device lacks limits.
  init(
    configuration: TrainingConfiguration, runs: Int, device: Device, table: BufferTable, windowLimit: Int = .max
  ) throws {
    entropySchedule = configuration.entropySchedule
    let game = try configuration.makeEnvironment()
    try configuration.validate(for: game)
    let architecture = try configuration.network.architecture(for: game)
    let shape = TrainingShape(configuration, environment: game, runs: runs)
    self.shape = shape
    environment = try VectorEnvironment(
      environment: game, runs: shape.runs, environmentsPerRun: shape.environments, device: device, table: table,
      takesTurns: !shape.bootstraps)
    scalars = RunScalars(runs: shape.runs, table: table)
    let symmetries = try configuration.otherPlaySymmetries(of: game).map { SymmetryTable($0, of: game, table: table) }
    /// What is as large as a window: the network's workspace, and the rollout.
    func window(of runs: Int, in table: BufferTable) throws -> (PolicyNetwork, RolloutBuffers) {
      let network = try PolicyNetwork(
        architecture: architecture, observation: ObservationSource(game), device: device,
        wideActions: game.wideActions, symmetries: symmetries, table: table, windowRuns: runs,
        rowCapacity: shape.chunkRows, precision: configuration.precision, training: true)
      return (network, RolloutBuffers(shape, environment: game, network: network, table: table))
    }
    let planned = BufferTable(device: nil)
    let (example, _) = try window(of: 1, in: planned)
    let gradientBytes = 4 * example.gradientSplits * example.layout.count
    (network, buffers) = try window(
      of: min(Self.windowRuns(shape, planned, gradientBytes: gradientBytes, on: device), windowLimit), in: table)
    chunk = try ChunkRows(
      shape: shape, environment: environment, network: network, buffers: buffers, scalars: scalars, device: device,
      table: table)
    if let symmetries, let kept = buffers.otherPlay {
      otherPlay = try OtherPlay(
        symmetries, shape: shape, environment: environment, transitions: buffers.transitions, buffers: kept,
        device: device, table: table)
    } else {
      otherPlay = nil
    }
    rollout = try Rollout(chunk, otherPlay: otherPlay, device: device, table: table)
    learner = try PPOLearner(chunk, configuration: configuration, device: device, table: table)
    finishUpdate = try device.kernel("PPO/finish_update.comp", macros: chunk.macros)
  }

  /// Runs that share a dispatch: as many as one binding may hold and as half of the memory has rollout and workspace for.
  ///
  /// - Parameters:
  ///   - planned: The buffers of a window of one run.
  ///   - gradientBytes: Of one run.
  private static func windowRuns(
    _ shape: TrainingShape, _ planned: BufferTable, gradientBytes: Int, on device: Device
  ) -> Int {
    let fitting = min(
      device.description.bindingBytes(.storage) / max(planned.largestRunStride, gradientBytes),
      device.description.planningBytes / 2 / (planned.totalBytes + gradientBytes))
    return min(shape.runs, max(1, fitting))
  }

  func initialize(runs: [RunConfiguration]) throws {
    try environment.initialize(seeds: runs.map(\.seed))
    try otherPlay?.table.initialize()
    try scalars.writeHyperparameters(runs, entropySchedule: entropySchedule)
    if shape.advantageNormalisation == .none { try chunk.writeNoMoments() }
    try scalars.writeInitialProgress(runs: runs.count)
    try scalars.writePolicyIndices(runs: runs.count, windowRuns: network.windowRuns)
    try learner.parameters.write(OrthogonalInitializer.parameters(network.layout, seeds: runs.map(\.seed)))
  }

  func recordFirstEpisodes(_ recorder: CommandRecorder, runs: Range<Int>) {
    environment.recordFirstEpisodes(recorder, runs: runs, of: buffers.transitions)
  }

  func recordRollout(_ recorder: CommandRecorder, runs: Range<Int>) throws {
    learner.recordBegin(recorder, runs: runs)
    try rollout.recordCollect(recorder, runs: runs, parameters: learner.parameters.window(runs: runs))
  }

  /// Runs that share dispatches, in order.
  var windows: [Range<Int>] {
    stride(from: 0, to: shape.runs, by: network.windowRuns).map { $0..<min($0 + network.windowRuns, shape.runs) }
  }

  /// One update of all runs, to be recorded or counted. Of every window the rollout, every epoch, and the end, each a
  /// sequence of its own, so that no single one keeps a device busy for longer than its driver's watchdog allows.
  var update: [(CommandRecorder) throws -> Void] {
    windows.flatMap { runs in
      [{ try self.recordCollect($0, runs: runs) }]
        + learner.epochs.map { epoch in { try self.learner.recordImprove($0, runs: runs, epoch: epoch) } }
        + [{ self.recordFinish($0, runs: runs) }]
    }
  }

  private func recordCollect(_ recorder: CommandRecorder, runs: Range<Int>) throws {
    recorder.phase = "rollout"
    recorder.fill(scalars.metrics.window(runs: runs), with: 0)
    try recordRollout(recorder, runs: runs)
    learner.recordComputeAdvantages(recorder, runs: runs)
  }

  /// The first env step of the rollout of the first window `count` times, or the first steps that are one piece.
  func recordEnvSteps(_ recorder: CommandRecorder, count: Int) throws {
    let runs = windows[0]
    for _ in 0..<count {
      try rollout.recordEnvSteps(
        recorder, runs: runs, steps: rollout.pieces[0], parameters: learner.parameters.window(runs: runs))
    }
  }

  private func recordFinish(_ recorder: CommandRecorder, runs: Range<Int>) {
    recorder.phase = "finish"
    recorder.dispatch(
      finishUpdate,
      [
        "episode_sums": rollout.episodeSums.window(runs: 0..<runs.count), "metrics": scalars.metrics.window(runs: runs),
        "progress": scalars.progress.window(runs: runs),
      ], push: rollout.episodeDispatch, groups: runs.count)
  }
}
