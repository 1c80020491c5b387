import CShaders
import Environments
import Networks
import Training
import VulkanCompute

/// Plays up to B cells at a time on the device, one env step of all of them after the other:
///
///     observe; list acting rows; expand; actor; select actions; step; track games; reset where done
///
/// Recurrent networks see every env step of a game; each seat of a cell carries its hidden states, which are 0 when a game
/// begins.
///
/// The network's runs are the seats: z = cell * A + seat, each with the parameters of its policy.
final class CellPlayer {
  let shape: EvaluationShape
  /// B
  let cells: Int
  let environment: VectorEnvironment
  let buffers: PlayBuffers
  let network: PolicyNetwork
  private let parameters: Buffer<Float>  // (policies, P)
  private let windows: PolicyWindows
  /// Where policies are compared with themselves on images of their observations.
  private let probe: EquivarianceProbe?
  private let device: Device
  private let macros: [String: String]
  let listRows: Kernel
  private let trackGames: Kernel

  init(
    shape: EvaluationShape, cells: Int, environment game: any Environment, architecture: NetworkArchitecture,
    policies: [EvaluationPolicy], symmetries: SymmetryFamily? = nil, device: Device, policiesPerWindow: Int? = nil
  ) throws {
    precondition(shape.environments <= 0xFFFF, "list_acting_rows counts rows in half words")
    self.shape = shape
    self.cells = cells
    self.device = device
    let table = BufferTable(device: device)
    environment = try VectorEnvironment(
      environment: game, runs: cells, environmentsPerRun: shape.environments, device: device, table: table)
    // A recurrent network takes the states of all seats one step further in one pass.
    windows = PolicyWindows(
      policies: policies.count,
      limit: architecture.gru != nil
        ? .max : policiesPerWindow ?? PolicyWindows.limit(ParameterLayout(architecture), device: device))
    buffers = PlayBuffers(
      shape, hiddenWidth: architecture.gru.map(ParameterLayout.padded), cells: cells, policyWindows: windows.count,
      table: table)
    network = try PolicyNetwork(
      architecture: architecture, observation: PolicyNetwork.ObservationSource(game), device: device,
      wideActions: game.wideActions, table: table, windowRuns: cells * shape.agents, rowCapacity: shape.environments,
      training: false)
    parameters = table.register(
      "evaluation.parameters", of: Float.self, runs: policies.count, perRun: [("P", network.layout.count)],
      persistence: .scratch)
    probe = try symmetries.map {
      try EquivarianceProbe(
        $0, shape: shape, cells: cells, environment: game, architecture: architecture, device: device, table: table)
    }
    macros = [
      "AGENTS": "\(shape.agents)u", "MASK_WORDS": "\(shape.maskWords)u",
      "LOGIT_COLUMNS": "\(network.logitPitch)u",
    ].merging(network.rowMacros) { $1 }
    let list = architecture.gru == nil ? "list_acting_rows" : "list_sequence_rows"
    listRows = try device.kernel("Evaluation/\(list).comp", macros: macros)
    trackGames = try device.kernel(
      "Evaluation/track_games.comp",
      macros: shape.outcomes > 0 ? macros.merging(["OUTCOMES": "\(shape.outcomes)u"]) { $1 } : macros)
    try table.allocate()
    try environment.initialize(seeds: Array(repeating: 0, count: cells))
    try probe?.symmetries.initialize()
    for (index, policy) in policies.enumerated() { try parameters.write(policy.parameters, run: index) }
  }

  // MARK: Recording

  /// `steps` env steps of the first `count` cells.
  func record(steps: Int, cells count: Int, mode: EvaluationMode, tieTolerance: Double) throws -> CommandSequence {
    let selection = try selection(mode, tieTolerance: tieTolerance)
    return try device.record { recorder in
      recorder.phase = "play"
      for _ in 0..<steps {
        try recordStep(recorder, 0..<count, selection)
        recordReset(recorder, 0..<count)
      }
    }
  }

  /// One env step of the first cell in two parts, so that the last state of a game can be seen before the next begins.
  func recordStepAndReset(
    mode: EvaluationMode, tieTolerance: Double
  ) throws -> (step: CommandSequence, reset: CommandSequence) {
    let selection = try selection(mode, tieTolerance: tieTolerance)
    return (
      try device.record { try recordStep($0, 0..<1, selection) }, try device.record { recordReset($0, 0..<1) }
    )
  }

  /// The kernel that chooses actions, and the push constants of all kernels of this mode.
  private func selection(
    _ mode: EvaluationMode, tieTolerance: Double
  ) throws -> (kernel: Kernel, push: EvaluationDispatch) {
    var push = dispatch
    push.inverse_temperature = mode.inverseTemperature
    push.tie_tolerance = Float(tieTolerance)
    let kernel = try device.kernel(
      "Evaluation/select_actions.comp", macros: macros.merging(mode.kernelMacros) { $1 })
    return (kernel, push)
  }

  /// Everything of an env step but the reset.
  private func recordStep(
    _ recorder: CommandRecorder, _ cells: Range<Int>, _ selection: (kernel: Kernel, push: EvaluationDispatch)
  ) throws {
    let (select, push) = selection
    let seats = 0..<cells.count * shape.agents
    let masks = buffers.legalMasks.window(runs: cells)
    let games = buffers.games.window(runs: cells)
    let workspaceRows = buffers.workspaceRows.window(runs: seats)

    environment.recordObserve(
      recorder, runs: cells, observations: buffers.observations, legalMasks: buffers.legalMasks, block: 0)
    recorder.barrier()
    let rows = recordRows(recorder, cells, push: push)
    let inputs = network.recordExpand(
      recorder, rows: rows, observations: RunWindow(buffers.observations.window(runs: cells), stride: 0),
      indices: RunWindow(buffers.rowIndices, runs: seats))
    try recordActor(of: network, recorder, rows: inputs)
    try probe?.record(recorder, cells, rows: rows, of: self, push: push)
    recorder.dispatch(
      select,
      [
        "logits": network.logits.window(runs: seats), "legal_masks": masks, "workspace_rows": workspaceRows,
        "seeds": environment.seeds.window(runs: cells), "games": games, "actions": buffers.actions.window(runs: cells),
        "decisions": buffers.decisions.window(runs: cells),
      ], push: push, groups: select.groups(for: shape.environments), seats.count)
    recorder.barrier()

    environment.recordStep(
      recorder, runs: cells, actions: buffers.actions, rewards: buffers.rewards, dones: buffers.dones, transition: 0)
    recorder.barrier()
    var results = [
      "rewards": buffers.rewards.window(runs: cells), "dones": buffers.dones.window(runs: cells), "games": games,
      "returns": buffers.returns.window(runs: cells),
    ]
    results["outcomes"] = environment.outcomes?.window(runs: cells)
    results["outcome_sums"] = buffers.outcomeSums?.window(runs: cells)
    recorder.dispatch(
      trackGames, results, push: push, groups: trackGames.groups(for: shape.environments), cells.count)
  }

  /// The logits of the seats' policies, window after window; seats whose policy is of another window have no rows.
  func recordActor(of network: PolicyNetwork, _ recorder: CommandRecorder, rows: WorkspaceRows) throws {
    for window in 0..<windows.count {
      let first = windows.count > 1 ? (1 + window) * cells * shape.agents : 0
      try network.recordForward(
        recorder, rows: rows.counted(by: RunWindow(buffers.rowCounts, runs: first..<first + rows.runs)),
        parameters: parameters.window(runs: windows.policies(of: window)),
        policyIndices: RunWindow(buffers.policyIndices, runs: 0..<rows.runs), heads: [.actor])
    }
  }

  private func recordReset(_ recorder: CommandRecorder, _ cells: Range<Int>) {
    environment.recordReset(recorder, runs: cells, all: false, dones: buffers.dones, transition: 0)
    recorder.barrier()
  }

  private var dispatch: EvaluationDispatch {
    var push = EvaluationDispatch()
    push.environments = UInt32(shape.environments)
    push.games = UInt32(shape.games)
    push.observation_rows = UInt32(shape.observationRows)
    push.mask_stride = UInt32(buffers.legalMasks.runStride)
    push.action_stride = UInt32(buffers.actions.runStride)
    push.reward_stride = UInt32(buffers.rewards.runStride)
    push.done_stride = UInt32(buffers.dones.runStride)
    push.seed_stride = UInt32(environment.seeds.runStride)
    push.game_stride = UInt32(buffers.games.runStride)
    push.return_stride = UInt32(buffers.returns.runStride)
    push.decision_stride = UInt32(buffers.decisions.runStride)
    push.outcome_stride = UInt32(environment.outcomes?.runStride ?? 0)
    push.outcome_sum_stride = UInt32(buffers.outcomeSums?.runStride ?? 0)
    push.index_stride = UInt32(buffers.rowIndices.runStride)
    push.count_stride = UInt32(buffers.rowCounts.runStride)
    push.workspace_stride = UInt32(buffers.workspaceRows.runStride)
    push.logit_stride = UInt32(network.logits.runStride)
    push.policy_windows = UInt32(windows.count)
    push.window_count_stride = UInt32(cells * shape.agents * buffers.rowCounts.runStride)
    return push
  }

  // MARK: Between submissions

  /// First games of new cells: B teams and B seeds, of which those in `starting` begin now.
  func start(_ starting: [Int], teams: [[Int]], seeds: [UInt64]) throws {
    var indices = [UInt32](repeating: 0, count: buffers.policyIndices.count)
    var seatWindows = [UInt32](repeating: 0, count: buffers.seatWindows.count)
    var words = [SIMD2<UInt32>](repeating: SIMD2(), count: environment.seeds.count)
    for (cell, team) in teams.enumerated() {
      words[cell * environment.seeds.runStride] = CounterRandom.words(of: seeds[cell])
      for (seat, policy) in team.enumerated() {
        let window = windows.window(of: policy)
        let place = cell * shape.agents + seat
        indices[place * buffers.policyIndices.runStride] = UInt32(policy - windows.policies(of: window).lowerBound)
        seatWindows[place * buffers.seatWindows.runStride] = UInt32(window)
      }
    }
    try buffers.policyIndices.write(indices)
    try buffers.seatWindows.write(seatWindows)
    try environment.seeds.write(words)
    try device.run { recorder in
      for window in RangeSet(starting, within: teams).ranges {
        environment.recordReset(recorder, runs: window, all: true, dones: buffers.dones, transition: 0)
        let counters: [AnyBuffer?] = [
          buffers.games, buffers.returns, buffers.outcomeSums, buffers.decisions, environment.errors,
          buffers.hiddenStates, probe?.hiddenStates, probe?.sums,
        ]
        for counter in counters.compactMap(\.self) { recorder.fill(counter.window(runs: window), with: 0) }
      }
    }
  }

  /// For a profile: of all rows of the network's workspace, those of every kind in the last env step.
  func rowShares(cells count: Int) throws -> SIMD4<Double> {
    let words = try buffers.rowCounts.read(0..<count * shape.agents * buffers.rowCounts.runStride)
    let rows = Double(count * shape.agents * shape.environments)
    func share(_ kind: UInt32) -> Double {
      let places = stride(from: Int(kind), to: words.count, by: buffers.rowCounts.runStride)
      return Double(places.reduce(0) { $0 + Int(words[$1]) }) / rows
    }
    return SIMD4(
      1, share(ROW_COUNT_ACTING), share(ROW_COUNT_WIDE),
      try network.listShare(runs: count * shape.agents, rows: shape.environments))
  }

  /// Games completed by every environment of the first `count` cells, (count, N).
  func completedGames(cells count: Int) throws -> [[Int]] {
    let words = try buffers.games.read(0..<count * buffers.games.runStride)
    return (0..<count).map { cell in
      (0..<shape.environments).map { n in
        Int(words[cell * buffers.games.runStride + n * Int(GAMES_WORDS) + Int(GAMES_COMPLETED)])
      }
    }
  }

  /// The first environment of a cell that refused an action; nil if none did.
  func refusedAction(cell: Int) throws -> Int? {
    try environment.errors.read(run: cell).firstIndex { $0 != 0 }
  }

  /// The sums of a finished cell, over environments in their order.
  func result(cell: Int, team: [Int]) throws -> CellResult {
    let games = try buffers.games.read(run: cell)
    let returns = try buffers.returns.read(run: cell)
    let outcomeSums = try buffers.outcomeSums?.read(run: cell) ?? []
    let decisions = try buffers.decisions.read(run: cell)
    func sum<T, S: Numeric>(_ values: [T], _ place: UInt32, of width: UInt32, _ convert: (T) -> S) -> S {
      stride(from: Int(place), to: values.count, by: Int(width)).reduce(0) { $0 + convert(values[$1]) }
    }
    return CellResult(
      team: team,
      cell: CrossPlayCell(
        games: sum(games, GAMES_COMPLETED, of: GAMES_WORDS, Int.init),
        returnSum: sum(returns, RETURN_SUM, of: RETURN_FLOATS, Double.init),
        squaredReturnSum: sum(returns, RETURN_SQUARED_SUM, of: RETURN_FLOATS, Double.init),
        outcomeSums: (0..<shape.outcomes).map {
          sum(outcomeSums, UInt32($0), of: UInt32(shape.outcomes), Double.init)
        },
        decisions: sum(decisions, DECISIONS, of: DECISION_WORDS, Int.init),
        tiedDecisions: sum(decisions, DECISIONS_TIED, of: DECISION_WORDS, Int.init),
        nearTiedDecisions: sum(decisions, DECISIONS_NEAR_TIED, of: DECISION_WORDS, Int.init)),
      envSteps: sum(games, GAMES_ENV_STEPS, of: GAMES_WORDS, Int.init), equivariance: try probe?.result(cell: cell))
  }
}

extension EvaluationMode {
  /// Which variant of select_actions.comp plays this mode.
  var kernelMacros: [String: String] {
    switch self {
    case .sampled, .temperature: [:]
    case .greedy: ["GREEDY": "1"]
    case .greedyRandomTie: ["GREEDY_RANDOM_TIE": "1"]
    }
  }

  var inverseTemperature: Float {
    if case .temperature(let temperature) = self { Float(1 / temperature) } else { 1 }
  }
}
