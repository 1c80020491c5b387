import CShaders
import Configuration
import Environments
import TestSupport
import Testing
import Training
import VulkanCompute

@testable import Evaluation
@testable import Networks

/// Recurrent policies in games: every seat of every cell remembers its own game and nothing else.
@Suite struct RecurrentPlayTests {
  private static let gru = 12

  /// The logits of every decision, against a slow replay of all that the seat has seen since its game began.
  @Test(arguments: [2, 3])
  func decisionsFollowFromTheGameSoFar(players: Int) throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi(players: players)
    let policies = try PlayExamples.randomPolicies(3, environment, gru: Self.gru)
    let architecture = try PlayExamples.architecture(environment, gru: Self.gru)
    let shape = EvaluationShape(games: 9, environment: environment, mostEnvironments: 5)
    let teams = players == 2 ? [[0, 1], [2, 2]] : [[0, 1, 2], [2, 0, 0]]
    let player = try CellPlayer(
      shape: shape, cells: 2, environment: environment, rosters: [Roster(architecture, policies)], device: device)
    let seated = player.networks[0]
    let twins = policies.map { PolicyNetworkTwin(architecture, parameters: $0.parameters.map(Double.init)) }
    let step = try player.record(steps: 1, cells: 2, mode: .sampled, tieTolerance: 0)
    try player.start([0, 1], teams: teams, seeds: [5, 6])

    // What each seat has seen since its game began.
    var seen = [[[[Double]]]](
      repeating: [[[Double]]](repeating: [], count: 5 * players), count: 2)
    var (decisions, laterGames) = (0, 0)
    for _ in 0..<30 {
      try device.submit(step).wait()
      for cell in 0..<2 {
        let dones = try player.buffers.transitions.dones.read(run: cell)
        for seat in 0..<players {
          let z = cell * players + seat
          let inputs = try Self.rows(seated.network.workspace.inputs, z, architecture.inputs)
          let logits = try seated.network.logits.read(run: z)
          let workspaceRows = try seated.seats.workspaceRows.read(run: z)
          for n in 0..<5 {
            let place = n * players + seat
            seen[cell][place].append(inputs[n])
            if workspaceRows[n] != NO_WORKSPACE_ROW {
              #expect(workspaceRows[n] == UInt32(n))
              let history = seen[cell][place]
              let expected = twins[teams[cell][seat]].forward(
                history,
                GRULayer.Sequences(
                  firstStates: [Array(repeating: 0, count: Self.gru)], resets: history.map { _ in false }))
              let found = logits.dropFirst(n * seated.network.logitPitch).prefix(shape.actions)
              for (logit, twin) in zip(found, expected.logits[history.count - 1]) {
                #expect(abs(Double(logit) - twin) < 2e-4)
              }
              decisions += 1
            }
            if dones[n] != 0 {
              seen[cell][place] = []
              laterGames += 1
            }
          }
        }
      }
    }
    #expect(decisions > 60 && laterGames > 10)
    device.requireNoValidationMessages()
  }

  private static func rows(_ inputs: NetworkWorkspace.Inputs, _ z: Int, _ features: Int) throws -> [[Double]] {
    guard case .dense(let dense) = inputs else { preconditionFailure("this game has no lists") }
    let (values, pitch) = (try dense.x.read(run: z), ParameterLayout.padded(features))
    return stride(from: 0, to: values.count, by: pitch).map { values[$0..<$0 + features].map(Double.init) }
  }

  /// Cells that take the place of finished ones begin with empty memories.
  @Test(arguments: [EvaluationMode.sampled, .greedy])
  func resultsDoNotDependOnTheOtherCells(mode: EvaluationMode) throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi()
    let policies = try PlayExamples.randomPolicies(3, environment, gru: Self.gru)
    let teams = PlayExamples.allTeams(of: 3, seats: 2)
    let all = try PlayExamples.evaluator(environment, policies, games: 7, gru: Self.gru, device: device)
      .evaluate(cells: teams, mode: mode)
    for cells in [1, 2] {
      let few = try PlayExamples.evaluator(
        environment, policies, games: 7, gru: Self.gru, device: device, cellsPerBatch: cells, stepsPerSubmission: 3)
      #expect(try few.evaluate(cells: teams, mode: mode) == all)
    }
    device.requireNoValidationMessages()
  }

  @Test func aWatchedGameIsThatOfTheEvaluation() throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi()
    let policies = try PlayExamples.randomPolicies(2, environment, gru: Self.gru)
    let evaluated = try PlayExamples.evaluator(environment, policies, games: 3, gru: Self.gru, device: device)
      .evaluate(cells: [[0, 1]], mode: .greedy)[0]
    let architecture = try PlayExamples.architecture(environment, gru: Self.gru)
    let watched = try WatchedGames(
      environment: environment, team: policies.map { Roster.Member(architecture, $0) },
      mode: .greedy, settings: PlayExamples.settings(games: 1), device: device)
    var length = 0
    while try watched.next() != nil { length += 1 }
    let one = try PlayExamples.evaluator(environment, policies, games: 1, gru: Self.gru, device: device)
      .evaluate(cells: [[0, 1]], mode: .greedy)[0]
    #expect(length == one.envSteps && evaluated.cell.games == 3)
    device.requireNoValidationMessages()
  }
}
