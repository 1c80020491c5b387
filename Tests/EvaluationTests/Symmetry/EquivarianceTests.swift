// How far policies are from equivariant: against a twin that looks at every state again, and on policies whose values are
// known.
import CShaders
import Environments
import Foundation
import Networks
import TestSupport
import Testing
import Training
import VulkanCompute

@testable import Evaluation

@Suite struct EquivarianceTests {
  private func game(_ name: String, _ values: [String: ParameterValue] = [:]) throws -> any Environment {
    try EnvironmentRegistry.make(name: name, parameters: EnvironmentParameters(values))
  }

  /// Games of all kinds of observations and actions: dense and listed, with wide actions, with one and more mask words.
  static let games: [(String, [String: ParameterValue])] = [
    ("hanabi", ["preset": .text("tiny"), "players": .integer(3), "colors": .integer(3)]),
    (
      "overcooked",
      [
        "random_reset": .boolean(true), "max_steps": .integer(6),
        "grid": .list(["WBOPOBW", "B0   1B", "O     O", "P  X  P", "O     O", "B     B", "WBOPOBW"].map { .text($0) }),
      ]
    ),
    (
      "yokai",
      [
        "colors": .integer(2), "cards_per_color": .integer(2), "grid_size": .integer(4),
        "hint_counts": .list([.integer(1), .integer(0), .integer(0)]),
      ]
    ),
  ]

  /// What a seat has seen since its game began, and the images of that.
  private struct Memory {
    var observations: [[Double]] = []
    var images: [[Double]] = []

    /// Logits of the last observation and of the last image.
    func logits(_ network: PolicyNetworkTwin, gru: Int?) -> [[Double]] {
      guard let gru else { return network.forward([observations.last ?? [], images.last ?? []]).logits }
      return [observations, images].map { history in
        let sequences = GRULayer.Sequences(
          firstStates: [Array(repeating: 0, count: gru)], resets: history.map { _ in false })
        return network.forward(history, sequences).logits.last ?? []
      }
    }
  }

  /// The networks of two policies in float64, on every observation and on its image; recurrent ones on all that a seat has
  /// seen since its game began.
  @Test(arguments: games, [nil, 6])
  func everyDecisionIsComparedAsTheHostDoes(_ game: (String, [String: ParameterValue]), gru: Int?) throws {
    let (name, parameters) = game
    let device = try TestDevice.make()
    let environment = try self.game(name, parameters)
    let family = try #require(environment.symmetryFamilies.last)
    let policies = try PlayExamples.randomPolicies(2, environment, gru: gru)
    let architecture = try PlayExamples.architecture(environment, gru: gru)
    let shape = EvaluationShape(games: 5, environment: environment, mostEnvironments: 4)
    let player = try CellPlayer(
      shape: shape, cells: 2, environment: environment, rosters: [Roster(architecture, policies)], symmetries: family,
      device: device)
    let networks = policies.map { PolicyNetworkTwin(architecture, parameters: $0.parameters.map { Double($0) }) }
    let unpack = try device.observationUnpacker(of: environment)
    let features = environment.observationFeatureCount
    let values = try device.hostBuffer("values", of: Float.self, count: shape.observationRows * features)
    let seeds: [UInt64] = [5, 6]
    try player.start([0, 1], teams: (0..<2).map { Array(repeating: $0, count: shape.agents) }, seeds: seeds)
    let step = try player.record(steps: 1, cells: 2, mode: .sampled, tieTolerance: 0)

    var sums = [EquivarianceSums](repeating: EquivarianceSums(), count: 2)
    var memories = [[Memory]](repeating: Array(repeating: Memory(), count: shape.environments * shape.agents), count: 2)
    var completed = try player.completedGames(cells: 2)
    while (0..<2).contains(where: { cell in completed[cell].indices.contains { completed[cell][$0] < shape.quota($0) } }
    ) {
      try device.submit(step).wait()
      for cell in 0..<2 {
        let count = shape.environments * shape.agents * features
        try device.run {
          $0.dispatch(
            unpack,
            [
              "observations": player.buffers.transitions.observations.window(runs: cell..<cell + 1),
              "values": values.whole,
            ],
            push: UInt32(count), groups: unpack.groups(for: count))
        }
        let observations = try values.read()
        let masks = try player.buffers.transitions.legalMasks.read(run: cell)
        let dones = try player.buffers.transitions.dones.read(run: cell)
        for row in 0..<shape.environments * shape.agents {
          let (n, seat) = row.quotientAndRemainder(dividingBy: shape.agents)
          let legal = environment.legalActions(inMask: masks[row * shape.maskWords..<(row + 1) * shape.maskWords])
          let words = CounterRandom.words(
            seed: seeds[cell], purpose: PURPOSE_SYMMETRY, UInt32(n), UInt32(completed[cell][n]), UInt32(seat))
          let symmetry = family.elements[1 + CounterRandom.index(words.x, below: family.elements.count - 1)]
          let observation = observations[row * features..<(row + 1) * features].map { Double($0) }
          var image = observation
          for (feature, value) in observation.enumerated() { image[symmetry.features[feature]] = value }
          memories[cell][row].observations.append(observation)
          memories[cell][row].images.append(image)
          defer { if dones[n] != 0 { memories[cell][row] = Memory() } }
          guard legal.count > 1, completed[cell][n] < shape.quota(n) else { continue }
          let logits = memories[cell][row].logits(networks[cell], gru: gru)
          let twin = ComparePolicies(logits: logits[0], turned: logits[1], legal: legal, actions: symmetry.actions)
          sums[cell].decisions += 1
          sums[cell].divergence += twin.divergence
          sums[cell].totalVariation += twin.totalVariation
          sums[cell].agreements += twin.agree ? 1 : 0
        }
      }
      completed = try player.completedGames(cells: 2)
    }
    for cell in 0..<2 {
      let found = try #require(try player.result(cell: cell, team: [cell, cell]).equivariance)
      #expect(found.decisions == sums[cell].decisions && found.decisions > 10)
      #expect(abs(found.divergence - sums[cell].divergence) < 1e-3 * sums[cell].divergence)
      #expect(abs(found.totalVariation - sums[cell].totalVariation) < 1e-3 * sums[cell].totalVariation)
      #expect(found.agreements == sums[cell].agreements)
      #expect(found.divergence > 0.1 && found.agreements < found.decisions)
    }
    #expect(try player.refusedAction(cell: 0) == nil)
    device.requireNoValidationMessages()
  }

  /// Two levers that change places: the policy (p, 1 - p) meets (1 - p, p).
  @Test func aPolicyWithAPreferenceHasTheDivergenceOfItsMirrorImage() throws {
    let device = try TestDevice.make()
    let environment = try game("levers", ["levers": .integer(2)])
    let runs = try exampleRuns(seeds: 2)
    let logit = 1.5
    let policies = try [
      PlayExamples.policy(runs[0].name, logits: [Float(logit), 0], environment),
      PlayExamples.uniformPolicy(runs[1].name, environment),
    ]
    let measured = try RunEquivariance.measure(
      runs: runs, roster: Roster(PlayExamples.architecture(environment), policies), environment: environment,
      settings: PlayExamples.settings(games: 30), device: device)
    #expect(measured.map(\.family) == ["levers", "levers"] && measured.map(\.symmetries) == [2, 2])
    #expect(measured.map(\.sums.decisions) == [60, 60])
    let p = 1 / (1 + exp(-logit))
    let (biased, uniform) = (measured[0], measured[1])
    #expect(try abs(#require(biased.divergence) - (2 * p - 1) * logit) < 1e-5)
    #expect(try abs(#require(biased.totalVariation) - (2 * p - 1)) < 1e-5)
    #expect(biased.greedyAgreement == 0)
    #expect(uniform.divergence == 0 && uniform.totalVariation == 0)
    device.requireNoValidationMessages()
  }

  /// Prefers ranks and slots, which symmetries leave alone, and no colour.
  @Test func aPolicyThatIgnoresColorsIsEquivariant() throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi()
    let logits = (0..<environment.actionCount).map { action -> Float in
      environment.actionName(action).contains("color") ? -4 : Float(action % 5)
    }
    let runs = try exampleRuns(seeds: 1)
    let measured = try RunEquivariance.measure(
      runs: runs,
      roster: Roster(
        PlayExamples.architecture(environment), [PlayExamples.policy(runs[0].name, logits: logits, environment)]),
      environment: environment, settings: PlayExamples.settings(games: 100), device: device)
    let found = try #require(measured.first)
    #expect(found.sums.decisions > 300)
    #expect(try abs(#require(found.divergence)) < 1e-6 && #require(found.totalVariation) < 1e-6)
    #expect(found.greedyAgreement == 1)
    device.requireNoValidationMessages()
  }

  /// The games are those of self-play, and a run's bytes depend neither on the others nor on how cells are batched.
  @Test func measuringChangesNoGameAndDependsOnNoNeighbour() throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi()
    let policies = try PlayExamples.randomPolicies(3, environment)
    let family = try #require(environment.symmetryFamilies.first)
    func play(_ policies: [EvaluationPolicy], _ symmetries: SymmetryFamily?, cells: Int?) throws -> [CellResult] {
      try CrossPlayEvaluator(
        environment: environment, rosters: [Roster(PlayExamples.architecture(environment), policies)],
        settings: PlayExamples.settings(games: 70), device: device, symmetries: symmetries, cellsPerBatch: cells
      ).evaluate(cells: policies.indices.map { [$0, $0] }, mode: .sampled)
    }
    let plain = try play(policies, nil, cells: nil)
    let measured = try play(policies, family, cells: nil)
    #expect(plain.map(\.cell) == measured.map(\.cell))
    #expect(plain.allSatisfy { $0.equivariance == nil })
    #expect(try play(policies, family, cells: 1) == measured)
    #expect(try play([policies[2]], family, cells: nil)[0].equivariance == measured[2].equivariance)
    #expect(Set(measured.map(\.equivariance)).count == 3)
    device.requireNoValidationMessages()
  }

  // MARK: Statistics and files

  private func measured() throws -> [RunEquivariance] {
    let values = [(2, 1.0, 0.5, 1), (4, 4.0, 1.0, 3), (0, 0, 0, 0)]
    return try zip(exampleRuns(seeds: 3), values).map { run, sums in
      RunEquivariance(
        run: run, family: "colors", symmetries: 120,
        sums: EquivarianceSums(
          decisions: sums.0, divergence: sums.1, totalVariation: sums.2, agreements: sums.3))
    }
  }

  @Test func theSummaryHasTheMeanOverRuns() throws {
    let matrix = try matrix([[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    let summary = EvaluationSummary([matrix], bootstrap: Bootstrap(samples: 2, seed: 0))
    #expect(summary.configurations[0].equivariance == nil)
    let found = try #require(try summary.adding(measured()).configurations[0].equivariance?["colors"])
    #expect(found.symmetries == 120)
    #expect(found.divergence == Estimate([0.5, 1]) && found.totalVariation == Estimate([0.25, 0.25]))
    #expect(found.greedyAgreement == Estimate([0.5, 0.75]))
    let table = SummaryReport.table(try summary.adding(measured()))
    #expect(table.contains("colors (120)") && table.contains("0.7500 ±0.2500") && table.contains("0.625 ±0.125"))
    #expect(!SummaryReport.table(summary).contains("divergence"))
    let json = try JSONSerialization.jsonObject(with: SummaryReport.json(summary.adding(measured())))
    let configurations = try #require((json as? [String: Any])?["configurations"] as? [[String: Any]])
    let family = try #require((configurations[0]["equivariance"] as? [String: [String: Any]])?["colors"])
    #expect(Set(family.keys) == ["symmetries", "divergence", "total_variation", "greedy_agreement"])
  }

  @Test func everyRunAndFamilyHasARow() throws {
    #expect(
      try SymmetryReport.csv(measured()) == """
        run,configuration,family,symmetries,decisions,divergence,total_variation,greedy_agreement
        seed=0,default,colors,120,2,0.5,0.25,0.5
        seed=1,default,colors,120,4,1.0,0.25,0.75
        seed=2,default,colors,120,0,,,

        """)
    let json = try JSONSerialization.jsonObject(with: SymmetryReport.json(measured())) as? [[String: Any]]
    #expect(json?.count == 3 && json?[1]["greedy_agreement"] as? Double == 0.75)
  }
}
