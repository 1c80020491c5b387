import VulkanCompute

/// The recorded work of an `EnvironmentBenchmark`. Nothing of a step is kept for the next but the states.
final class BenchmarkPlay {
  let pieces: BenchmarkPieces
  /// Its runs are the pieces.
  let vector: VectorEnvironment
  private let configuration: EnvironmentBenchmark.Configuration
  private let device: Device
  private let randomPlay: RandomPlay
  private let transitions: Transitions
  private var sequence: CommandSequence?
  private var steps = 0

  /// - Parameter bindingBytes: The most bytes of a binding; nil for what the device allows.
  init(
    environment: any Environment, configuration: EnvironmentBenchmark.Configuration, device: Device,
    bindingBytes: Int? = nil
  ) throws {
    self.configuration = configuration
    self.device = device
    pieces = BenchmarkPieces(
      runs: configuration.runs, environments: configuration.environments, of: environment,
      bindingBytes: bindingBytes ?? device.description.bindingBytes(.storage))
    let (table, pieces) = (BufferTable(device: device), pieces)
    vector = try VectorEnvironment(
      environment: environment, runs: pieces.count, environmentsPerRun: pieces.environments, device: device,
      table: table)
    randomPlay = try RandomPlay(vector, device: device, table: table)
    transitions = Transitions(of: environment, runs: pieces.count, environments: pieces.environments, table: table)
    try table.allocate()
    try vector.initialize(seeds: (0..<pieces.count).map { UInt64($0) })
    try device.run { recorder in
      for window in pieces.windows {
        vector.recordFirstEpisodes(recorder, runs: window, of: transitions)
      }
    }
    sequence = try device.record { recorder in
      for step in 0..<configuration.stepsPerSubmission { recordStep(recorder, step) }
    }
  }

  private func recordStep(_ recorder: CommandRecorder, _ step: Int) {
    for window in pieces.windows {
      vector.recordEnvStep(recorder, runs: window, into: transitions) {
        randomPlay.recordChoose(recorder, runs: window, into: transitions, draw: step)
      }
    }
  }

  /// The timed work.
  func repetition() throws {
    guard let sequence else { return }
    for _ in 0..<configuration.submissions {
      try randomPlay.setClock(steps)
      try device.submit(sequence).wait()
      steps += configuration.stepsPerSubmission
    }
  }

  /// Time of every kernel, measured separately from the timed repetitions.
  func profile() throws -> Profile {
    let peaks = try MeasuredPeaks.measure(on: device)
    try randomPlay.setClock(steps)
    let timed = try device.recordTimed { recorder in
      recorder.phase = "environment"
      for step in 0..<configuration.stepsPerSubmission { recordStep(recorder, step) }
    }
    try device.submit(timed).wait()
    return try Profile(timed.timings(), peaks: peaks)
  }
}

/// How the environments of a benchmark are bound: pieces of equal size, several of which may share a dispatch.
struct BenchmarkPieces {
  /// Pieces of one run.
  let perRun: Int
  /// Environments of one piece.
  let environments: Int
  /// Pieces of all runs; those of a run follow each other.
  let count: Int
  /// Pieces that share a dispatch.
  private let perWindow: Int

  /// The fewest pieces per run that fit one binding each; one, where no number near it divides the environments.
  init(runs: Int, environments: Int, of game: any EnvironmentKernels, bindingBytes: Int) {
    let seatWords = game.agentCount * max(game.observationWordCount, game.maskWordCount)
    let bytes = 4 * max(game.stateWordCount, seatWords, game.outcomeCount)
    let most = max(1, bindingBytes / bytes)
    let fewest = (environments + most - 1) / most
    perRun = (fewest..<2 * fewest).first { environments.isMultiple(of: $0) } ?? 1
    self.environments = environments / perRun
    count = runs * perRun
    let alignment = BufferTable.runAlignmentBytes
    let pieceBytes = (self.environments * bytes + alignment - 1) / alignment * alignment
    perWindow = max(1, bindingBytes / pieceBytes)
  }

  var windows: [Range<Int>] {
    stride(from: 0, to: count, by: perWindow).map { $0..<min($0 + perWindow, count) }
  }
}
