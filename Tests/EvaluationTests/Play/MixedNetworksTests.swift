import CShaders
import Configuration
import Environments
import TestSupport
import Testing
import VulkanCompute

@testable import Evaluation
@testable import Networks

/// Policies of different networks in one team.
@Suite struct MixedNetworksTests {
  /// Feed-forward, recurrent, and wide with another activation and normalised layers: two policies each.
  private static func rosters(_ environment: any Environment) throws -> [Roster] {
    try [
      PlayExamples.roster(2, environment, firstSeed: 100),
      PlayExamples.roster(2, environment, gru: 12, firstSeed: 200),
      PlayExamples.roster(2, environment, trunk: [72], activation: .relu, layerNorm: true, firstSeed: 300),
    ]
  }

  /// Where the policies of one network are divided among several rosters, each has its own rows, hidden states and passes,
  /// and the games stay the same.
  @Test(arguments: TestDevice.profiles, [nil, 12])
  func theSameNetworkInTwoRostersPlaysTheSameGames(profile: DeviceProfile, gru: Int?) throws {
    let device = try TestDevice.make(profile: profile)
    let environment = try PlayExamples.tinyHanabi()
    let roster = try PlayExamples.roster(4, environment, gru: gru)
    let symmetries = try #require(environment.symmetryFamilies.first)
    let parts = [0..<1, 1..<4].map { Roster(roster.architecture, Array(roster.policies[$0])) }
    let teams = PlayExamples.allTeams(of: 4, seats: 2)
    func play(_ rosters: [Roster], policiesPerWindow: Int? = nil) throws -> [CellResult] {
      try CrossPlayEvaluator(
        environment: environment, rosters: rosters, settings: PlayExamples.settings(games: 20), device: device,
        symmetries: symmetries, cellsPerBatch: 7, policiesPerWindow: policiesPerWindow
      ).evaluate(cells: teams, mode: .sampled)
    }
    let whole = try play([roster])
    #expect(Set(whole.map(\.cell)).count > 12, "cells differ from each other")
    for windows in [nil, 2] {
      let divided = try play(parts, policiesPerWindow: windows)
      #expect(divided.map(\.cell) == whole.map(\.cell))
      #expect(divided.map(\.envSteps) == whole.map(\.envSteps))
      for (found, expected) in zip(divided.map(\.equivariance), whole.map(\.equivariance)) {
        let (found, expected) = (try #require(found), try #require(expected))
        #expect(found.decisions == expected.decisions && found.agreements == expected.agreements)
        #expect(abs(found.divergence - expected.divergence) < 1e-9 * (1 + expected.divergence))
      }
    }
    device.requireNoValidationMessages()
  }

  /// The logits and actions of every decision, against slow networks that see what the seat has seen since its game began.
  @Test(arguments: TestDevice.profiles)
  func everyDecisionIsThatOfTheSeatsOwnNetwork(profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let environment = try PlayExamples.tinyHanabi(players: 3)
    let rosters = try Self.rosters(environment)
    let twins = rosters.flatMap { roster in
      roster.policies.map { PolicyNetworkTwin(roster.architecture, parameters: $0.parameters.map(Double.init)) }
    }
    let shape = EvaluationShape(games: 9, environment: environment, mostEnvironments: 4)
    let teams = [[0, 2, 4], [3, 5, 3]]
    let player = try CellPlayer(
      shape: shape, cells: 2, environment: environment, rosters: rosters, device: device, policiesPerWindow: 1)
    let seeds: [UInt64] = [5, 6]
    try player.start([0, 1], teams: teams, seeds: seeds)
    let step = try player.record(steps: 1, cells: 2, mode: .sampled, tieTolerance: 0.01)
    let unpack = try device.observationUnpacker(of: environment)
    let features = environment.observationFeatureCount
    let values = try device.hostBuffer("values", of: Float.self, count: shape.observationRows * features)

    var seen = [[[[Double]]]](repeating: [[[Double]]](repeating: [], count: 4 * 3), count: 2)
    var decisions = [Int](repeating: 0, count: 3)
    for envStep in 0..<12 {
      try device.submit(step).wait()
      for cell in 0..<2 {
        try device.run {
          $0.dispatch(
            unpack,
            [
              "observations": player.buffers.transitions.observations.window(runs: cell..<cell + 1),
              "values": values.whole,
            ], push: UInt32(4 * 3 * features), groups: unpack.groups(for: 4 * 3 * features))
        }
        let observations = try values.read()
        let masks = try player.buffers.transitions.legalMasks.read(run: cell)
        let dones = try player.buffers.transitions.dones.read(run: cell)
        let actions = try player.buffers.transitions.actions.read(run: cell)
        for row in 0..<4 * 3 {
          let (n, seat) = row.quotientAndRemainder(dividingBy: 3)
          seen[cell][row].append(observations[row * features..<(row + 1) * features].map(Double.init))
          defer { if dones[n] != 0 { seen[cell][row] = [] } }
          let policy = teams[cell][seat]
          for (number, network) in player.networks.enumerated() where number != policy / 2 {
            #expect(try network.seats.workspaceRows.read(run: cell * 3 + seat)[n] == ROW_OF_ANOTHER_NETWORK)
          }
          let seated = player.networks[policy / 2]
          let place = try seated.seats.workspaceRows.read(run: cell * 3 + seat)[n]
          guard place != NO_WORKSPACE_ROW else { continue }
          let history = policy / 2 == 1 ? seen[cell][row] : [seen[cell][row][seen[cell][row].count - 1]]
          let sequences = GRULayer.Sequences(
            firstStates: [Array(repeating: 0, count: 12)], resets: history.map { _ in false })
          let expected = twins[policy].forward(history, policy / 2 == 1 ? sequences : nil).logits[history.count - 1]
          let logits = Array(
            try seated.network.logits.read(run: cell * 3 + seat)
              .dropFirst(Int(place) * seated.network.logitPitch).prefix(shape.actions))
          for (logit, twin) in zip(logits, expected) { #expect(abs(Double(logit) - twin) < 2e-4) }
          let word = CounterRandom.words(
            seed: seeds[cell], purpose: PURPOSE_SAMPLE_ACTION, UInt32(n), UInt32(envStep), UInt32(seat)
          ).x
          let legal = environment.legalActions(inMask: masks[row * shape.maskWords..<(row + 1) * shape.maskWords])
          let twin = SelectActionsTwin(logits: logits, legal: legal, tieTolerance: 0.01)
          #expect(twin.choices(.sampled, word: word).contains(Int(actions[row])))
          decisions[policy / 2] += 1
        }
      }
    }
    #expect(decisions.allSatisfy { $0 > 15 }, "\(decisions)")
    device.requireNoValidationMessages()
  }

  /// A whole evaluation: teams of one network have the bytes of an evaluation of their own, and those of several do not
  /// depend on how cells are batched.
  @Test(arguments: TestDevice.computing)
  func networksMeetInOneMatrix(profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let environment = try PlayExamples.tinyHanabi()
    let rosters = try Self.rosters(environment)
    let runs = try exampleRuns(seeds: 2, entropyCoefficients: [0.01, 0.1, 1])
    let named = zip(rosters.indices, rosters).map { number, roster in
      Roster(
        roster.architecture,
        zip(runs[2 * number..<2 * number + 2], roster.policies).map {
          EvaluationPolicy(name: $0.name, parameters: $1.parameters)
        })
    }
    var settings = PlayExamples.settings(games: 6)
    settings.acrossConfigurations = true
    let evaluation = try CrossPlayEvaluation(
      runs: runs, rosters: named, environment: environment, settings: settings, device: device)
    for matrix in evaluation.matrices {
      #expect(matrix.teams.count == 36)
      for (number, roster) in named.enumerated() {
        let alone = try CrossPlayEvaluator(
          environment: environment, rosters: [roster], settings: settings, device: device)
        for result in try alone.evaluate(cells: PlayExamples.allTeams(of: 2, seats: 2), mode: matrix.mode) {
          #expect(matrix.cells[result.team.map { 2 * number + $0 }] == result.cell)
        }
      }
      let one = try CrossPlayEvaluator(
        environment: environment, rosters: named, settings: settings, device: device, cellsPerBatch: 1,
        stepsPerSubmission: 3)
      let mixed = [[0, 2], [3, 5], [4, 1]]
      for result in try one.evaluate(cells: mixed, mode: matrix.mode) {
        #expect(matrix.cells[result.team] == result.cell)
      }
    }
    #expect(evaluation.summary.blocks?.count == 2 * 9)
    device.requireNoValidationMessages()
  }
}

extension Roster {
  fileprivate var architecture: NetworkArchitecture {
    guard case .layers(let architecture) = network else { preconditionFailure("these rosters are ours") }
    return architecture
  }
}
