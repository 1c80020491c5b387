import VulkanCompute

/// Plays recorded games again on the device, all episodes of a file at once, and compares every value.
///
/// No environment is reset when it is done, so that terminal observations are compared too.
public enum TraceReplay {
  /// Episodes on the device at a time.
  static let batchSize = 256

  /// - Parameter file: `.json` or `.json.gz`.
  /// - Throws: `TraceError` for a file that cannot be used; `VulkanError`. Differences are not errors.
  public static func replay(file: String, device: Device) throws -> TraceReport {
    try replay(TraceContents(file: file), device: device)
  }

  public static func replay(_ contents: TraceContents, device: Device) throws -> TraceReport {
    try replay(games(in: contents), file: contents.file, device: device)
  }

  /// What the game that a file records makes of it.
  /// - Throws: `TraceError`.
  public static func games(in contents: TraceContents) throws -> RecordedGames {
    let type: any Environment.Type
    do {
      type = try EnvironmentRegistry.type(named: contents.environmentName)
    } catch {
      throw contents.error("records \(contents.environmentName); known games: \(EnvironmentRegistry.names)")
    }
    return try type.recordedGames(from: contents)
  }

  /// - Parameter file: Names the games in the report.
  public static func replay(_ games: RecordedGames, file: String, device: Device) throws -> TraceReport {
    guard !games.episodes.isEmpty else { throw TraceError(file: file, problem: "holds no episodes to replay") }
    var report = TraceReport(file: file, environment: games.environment.name, source: games.source)
    for first in stride(from: 0, to: games.episodes.count, by: batchSize) {
      let episodes = games.episodes[first..<min(first + batchSize, games.episodes.count)]
      let batch = try ReplayBatch(Array(episodes), environment: games.environment, device: device)
      try batch.replay(firstEpisode: first, into: &report)
    }
    return report
  }
}

/// Some episodes of a file, one environment each.
private final class ReplayBatch {
  private let episodes: [RecordedEpisode]
  private let environment: any Environment
  private let device: Device
  private let vector: VectorEnvironment
  private let unpack: Kernel
  private let transitions: Transitions
  private let values: Buffer<Float>  // (N, A, D)

  init(_ episodes: [RecordedEpisode], environment: any Environment, device: Device) throws {
    self.episodes = episodes
    self.environment = environment
    self.device = device
    let table = BufferTable(device: device)
    vector = try VectorEnvironment(
      environment: environment, runs: 1, environmentsPerRun: episodes.count, device: device, table: table,
      injectsStartStates: true)
    unpack = try device.observationUnpacker(of: environment)
    transitions = Transitions(of: environment, runs: 1, environments: episodes.count, table: table)
    values = table.register(
      "values", of: Float.self, runs: 1,
      perRun: [("N", episodes.count), ("A", environment.agentCount), ("D", environment.observationFeatureCount)],
      persistence: .scratch)
    try table.allocate()
    try vector.initialize(seeds: [0])
    for (index, episode) in episodes.enumerated() {
      try vector.inject(startState: episode.startState, run: 0, environment: index)
    }
  }

  func replay(firstEpisode: Int, into report: inout TraceReport) throws {
    report.episodes += episodes.count
    report.steps += episodes.reduce(0) { $0 + $1.steps.count }
    let start = try device.record { recorder in
      vector.recordFirstEpisodes(recorder, runs: 0..<1, of: transitions)
      recordObservation(recorder)
    }
    let advance = try device.record { recorder in
      vector.recordStep(recorder, runs: 0..<1, of: transitions)
      recordObservation(recorder)
    }
    try device.submit(start).wait()
    try compareMoments(0, firstEpisode, &report)
    for step in 0..<(episodes.map(\.steps.count).max() ?? 0) {
      let waiting = [UInt32](repeating: 0, count: environment.agentCount)
      try transitions.actions.write(episodes.flatMap { step < $0.steps.count ? $0.steps[step].actions : waiting })
      try device.submit(advance).wait()
      try compareOutcomes(step, firstEpisode, &report)
      try compareMoments(step + 1, firstEpisode, &report)
    }
  }

  private func recordObservation(_ recorder: CommandRecorder) {
    vector.recordObserve(recorder, runs: 0..<1, into: transitions)
    let count = episodes.count * environment.agentCount * environment.observationFeatureCount
    recorder.dispatch(
      unpack, ["observations": transitions.observations.whole, "values": values.whole], push: UInt32(count),
      groups: unpack.groups(for: count))
  }

  private func compareOutcomes(_ step: Int, _ firstEpisode: Int, _ report: inout TraceReport) throws {
    let agents = environment.agentCount
    let rewards = try transitions.rewards.read(run: 0)
    let shapedRewards = try transitions.shapedRewards?.read(run: 0)
    let dones = try transitions.dones.read(run: 0)
    let errors = try vector.errors.read(run: 0)
    for (index, episode) in episodes.enumerated() where step < episode.steps.count {
      let recorded = episode.steps[step]
      func note(_ field: String, _ old: String, _ new: String) {
        report.note(episode: firstEpisode + index, step: step + 1, field: field, recorded: old, replayed: new)
      }
      for agent in 0..<agents {
        report.rewards += 1
        let reward = rewards[index * agents + agent]
        if reward != recorded.rewards[agent] {
          note("reward agent_\(agent)", "\(recorded.rewards[agent])", "\(reward)")
        }
        guard let recorded = recorded.shapedRewards?[agent] else { continue }
        report.shapedRewards += 1
        let shaped = shapedRewards?[index * agents + agent]
        if shaped != recorded { note("shaped reward agent_\(agent)", "\(recorded)", "\(shaped ?? 0)") }
      }
      report.dones += 1
      if (dones[index] != 0) != recorded.done { note("done", "\(recorded.done)", "\(dones[index] != 0)") }
      if errors[index] != 0 { note("error", "0", "\(errors[index])") }
    }
  }

  private func compareMoments(_ moment: Int, _ firstEpisode: Int, _ report: inout TraceReport) throws {
    let agents = environment.agentCount
    let features = environment.observationFeatureCount
    let states = try vector.states(run: 0)
    let masks = try transitions.legalMasks.read(run: 0)
    let values = try values.read(run: 0)
    for (index, episode) in episodes.enumerated() where moment < episode.moments.count {
      let recorded = episode.moments[moment]
      func note(_ field: String, _ old: String, _ new: String) {
        report.note(episode: firstEpisode + index, step: moment, field: field, recorded: old, replayed: new)
      }
      let fields = environment.stateFields(of: states[index])
      for field in recorded.fields {
        report.stateFields += 1
        let replayed = fields.first { $0.name == field.name }?.value
        if replayed != field.value { note(field.name, field.value, replayed ?? "nothing") }
      }
      for agent in 0..<agents {
        let row = index * agents + agent
        if let legal = recorded.legalActions {
          report.legalMasks += 1
          let start = row * environment.maskWordCount
          let replayed = environment.legalActions(inMask: masks[start..<start + environment.maskWordCount])
          if replayed != legal[agent] { note("legal agent_\(agent)", "\(legal[agent])", "\(replayed)") }
        }
        guard let expected = recorded.observations?[agent].dense(count: features) else { continue }
        report.observationValues += features
        for feature in 0..<features {
          let (old, new) = (expected[feature], values[row * features + feature])
          if old == new { continue }
          let section = environment.observationSection(ofFeature: feature)
          if section?.encoding == .fractions, new == old.nextUp || new == old.nextDown {
            report.lastBitDifferences += 1
          } else {
            note("observation agent_\(agent) [\(feature)] \(section?.name ?? "")", "\(old)", "\(new)")
          }
        }
      }
    }
  }
}

extension Device {
  /// The kernel that expands packed observations of any game to float32.
  public func observationUnpacker(of environment: any EnvironmentObservation) throws -> Kernel {
    var macros = environment.macros
    macros["OBSERVATION_WORDS"] = "\(environment.observationWordCount)u"
    macros["OBSERVATION_FEATURES"] = "\(environment.observationFeatureCount)u"
    return try kernel(
      "Common/unpack_observations.comp", macros: macros,
      includes: ["ENVIRONMENT_OBSERVATION": environment.observationInclude])
  }
}
