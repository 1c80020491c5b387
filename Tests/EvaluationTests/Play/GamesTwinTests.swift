import CShaders
import Configuration
import Environments
import TestSupport
import Testing
import Training
import VulkanCompute

@testable import Evaluation
@testable import Networks

/// One small evaluation, env step by env step, with everything that the kernels wrote checked on the host.
@Suite struct GamesTwinTests {
  /// What the host believes about one environment of a cell.
  private struct HostGame {
    var open = 0.0
    var returns: [Double] = []
    var outcomes = [0.0, 0.0]
    /// The same game by its rules.
    var game: HanabiGame
    var decisions = 0
    var envSteps = 0
  }

  @Test(arguments: [(2, EvaluationMode.greedy), (2, .sampled), (3, .greedyRandomTie)])
  func everyStepOfAnEvaluationIsAsTheHostPlaysIt(players: Int, mode: EvaluationMode) throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi(players: players)
    let policies = try PlayExamples.randomPolicies(3, environment)
    let shape = EvaluationShape(games: 70, environment: environment)
    #expect(shape.environments == 64 && shape.quota(5) == 2 && shape.quota(6) == 1)
    let teams = players == 2 ? [[0, 0], [1, 2]] : [[0, 0, 1], [2, 1, 0]]
    let architecture = try PlayExamples.architecture(environment)
    let player = try CellPlayer(
      shape: shape, cells: 2, environment: environment, rosters: [Roster(architecture, policies)], device: device)
    let networks = policies.map { PolicyNetworkTwin(architecture, parameters: $0.parameters.map { Double($0) }) }
    let seeds: [UInt64] = [11, 12]
    try player.start([0, 1], teams: teams, seeds: seeds)
    let step = try player.record(steps: 1, cells: 2, mode: mode, tieTolerance: 0.01)

    let rules = try #require(environment as? HanabiEnvironment).parameters
    func newGame(cell: Int, _ n: Int, episode: Int) -> HanabiGame {
      HanabiGame(
        rules: rules, deck: HanabiGame.deck(rules: rules, seed: seeds[cell], environment: n, episode: episode))
    }
    var host = (0..<2).map { cell in
      (0..<shape.environments).map { HostGame(game: newGame(cell: cell, $0, episode: 0)) }
    }
    var open = true
    while open {
      try device.submit(step).wait()
      open = false
      for cell in 0..<2 {
        let device = try DeviceStep(player, cell: cell)
        for n in 0..<shape.environments where host[cell][n].returns.count < shape.quota(n) {
          for seat in 0..<players {
            let legal = device.legal[n * players + seat]
            let action = device.actions[n * players + seat]
            guard legal.count > 1 else {
              #expect(legal == [action])
              continue
            }
            let row = Int(device.workspaceRows[seat][n])
            let network = networks[teams[cell][seat]]
            let input = device.input(seat: seat, row: row, player)
            let logits = device.logits(seat: seat, row: row, player)
            for (logit, twin) in zip(logits, network.forward([input]).logits[0]) {
              #expect(abs(Double(logit) - twin) < 1e-4)
            }
            let purpose = mode == .greedyRandomTie ? PURPOSE_BREAK_TIES : PURPOSE_SAMPLE_ACTION
            let word = CounterRandom.words(
              seed: seeds[cell], purpose: purpose, UInt32(n), UInt32(host[cell][n].envSteps), UInt32(seat)
            ).x
            let twin = SelectActionsTwin(logits: logits, legal: legal, tieTolerance: 0.01)
            #expect(twin.choices(mode, word: word).contains(action))
            host[cell][n].decisions += 1
          }
          host[cell][n].open += Double(device.rewards[n * players])
          host[cell][n].envSteps += 1
          _ = host[cell][n].game.play(device.actions[n * players + host[cell][n].game.seat])
          if device.dones[n] != 0 {
            host[cell][n].outcomes = zip(host[cell][n].outcomes, host[cell][n].game.outcomes).map(+)
            host[cell][n].returns.append(host[cell][n].open)
            host[cell][n].open = 0
            host[cell][n].game = newGame(cell: cell, n, episode: host[cell][n].returns.count)
          }
          open = open || host[cell][n].returns.count < shape.quota(n)
        }
      }
    }

    // Some more steps: what comes after the quota does not count.
    for _ in 0..<20 { try device.submit(step).wait() }
    for cell in 0..<2 {
      #expect(try player.refusedAction(cell: cell) == nil)
      let returns = host[cell].flatMap(\.returns)
      let result = try player.result(cell: cell, team: teams[cell])
      #expect(result.cell.games == 70 && returns.count == 70)
      #expect(result.cell.returnSum == returns.reduce(0, +))
      #expect(result.cell.squaredReturnSum == returns.reduce(0) { $0 + $1 * $1 })
      for outcome in 0..<2 {
        #expect(result.cell.outcomeSums[outcome] == host[cell].reduce(0) { $0 + $1.outcomes[outcome] })
      }
      #expect(result.cell.decisions == host[cell].reduce(0) { $0 + $1.decisions })
      #expect(result.envSteps == host[cell].reduce(0) { $0 + $1.envSteps })
    }
    device.requireNoValidationMessages()
  }

  /// What one env step left in the buffers of one cell.
  private struct DeviceStep {
    let legal: [[Int]]  // (N A)
    let actions: [Int]
    let rewards: [Float]
    let dones: [UInt32]
    let workspaceRows: [[UInt32]]  // (A, N)
    private let inputs: [[Float]]  // (A, C Dp)
    private let logits: [[Float]]  // (A, C Kp)

    init(_ player: CellPlayer, cell: Int) throws {
      let shape = player.shape
      let masks = try player.buffers.transitions.legalMasks.read(run: cell)
      legal = (0..<shape.environments * shape.agents).map { row in
        player.environment.environment.legalActions(
          inMask: masks[row * shape.maskWords..<(row + 1) * shape.maskWords])
      }
      actions = try player.buffers.transitions.actions.read(run: cell).map { Int($0) }
      rewards = try player.buffers.transitions.rewards.read(run: cell)
      dones = try player.buffers.transitions.dones.read(run: cell)
      let seats = cell * shape.agents..<(cell + 1) * shape.agents
      workspaceRows = try seats.map { try player.networks[0].seats.workspaceRows.read(run: $0) }
      guard case .dense(let dense) = player.networks[0].network.workspace.inputs else {
        preconditionFailure("this game has no lists")
      }
      inputs = try seats.map { try dense.x.read(run: $0) }
      logits = try seats.map { try player.networks[0].network.logits.read(run: $0) }
    }

    func input(seat: Int, row: Int, _ player: CellPlayer) -> [Double] {
      let width = ParameterLayout.padded(player.networks[0].network.architecture.inputs)
      return inputs[seat][row * width..<row * width + player.networks[0].network.architecture.inputs].map { Double($0) }
    }

    func logits(seat: Int, row: Int, _ player: CellPlayer) -> [Float] {
      let start = row * player.networks[0].network.logitPitch
      return Array(logits[seat][start..<start + player.shape.actions])
    }
  }
}
