import Configuration
import Environments
import Networks
import TestSupport
import Testing
import VulkanCompute

@testable import Evaluation

/// Policies that another program computes, played beside ours.
@Suite struct ForeignPolicyTests {
  /// One of our networks, computed slowly by somebody else.
  private struct SlowPolicy: ForeignPolicy, @unchecked Sendable {
    let architecture: NetworkArchitecture
    let twin: PolicyNetworkTwin
    /// Rows that it may see before it fails.
    var rowLimit = Int.max

    init(_ architecture: NetworkArchitecture, _ policy: EvaluationPolicy) {
      self.architecture = architecture
      twin = PolicyNetworkTwin(architecture, parameters: policy.parameters.map(Double.init))
    }

    var features: Int { architecture.inputs }
    var actions: Int { architecture.actions }
    var hiddenWidth: Int? { architecture.gru }

    struct Tired: Error {}

    func step(
      rows: Int, observations: [Float], legalMasks: [UInt8], hiddenStates: [Float]?
    ) throws -> (logits: [Float], nextHiddenStates: [Float]?) {
      guard rows <= rowLimit else { throw Tired() }
      precondition(legalMasks.count == rows * actions && legalMasks.allSatisfy { $0 < 2 })
      let inputs = (0..<rows).map { observations[$0 * features..<($0 + 1) * features].map(Double.init) }
      let sequences = hiddenStates.map { states in
        let width = states.count / rows
        return GRULayer.Sequences(
          firstStates: (0..<rows).map { states[$0 * width..<($0 + 1) * width].map(Double.init) },
          resets: Array(repeating: false, count: rows))
      }
      let outputs = twin.forward(inputs, sequences)
      return (
        outputs.logits.flatMap { $0.map { Float($0) } },
        hiddenStates == nil ? nil : outputs.hidden.flatMap { $0.map { Float($0) } }
      )
    }
  }

  /// The same games as those of the same weights in a network of ours, whether the device's memory is mapped or not.
  @Test(arguments: TestDevice.computing, [nil, 6])
  func aPolicyPlaysTheSameWhoeverComputesIt(profile: DeviceProfile, gru: Int?) throws {
    for forceStaging in [false, true] where !(forceStaging && profile.hostComputes) {
      let device = try TestDevice.make(profile: profile, forceStaging: forceStaging)
      let environment = try PlayExamples.tinyHanabi()
      let ours = try PlayExamples.roster(1, environment, firstSeed: 7)
      let theirs = try PlayExamples.roster(1, environment, trunk: [24], gru: gru, firstSeed: 8)
      let foreign = Roster(
        SlowPolicy(try PlayExamples.architecture(environment, trunk: [24], gru: gru), theirs.policies[0]),
        name: "seed=8")
      func play(_ rosters: [Roster], cells: Int) throws -> [CellResult] {
        try CrossPlayEvaluator(
          environment: environment, rosters: rosters, settings: PlayExamples.settings(games: 9), device: device,
          cellsPerBatch: cells
        ).evaluate(cells: PlayExamples.allTeams(of: 2, seats: 2), mode: .greedy)
      }
      let expected = try play([ours, theirs], cells: 4)
      #expect(Set(expected.map(\.cell)).count == 4)
      let found = try play([ours, foreign], cells: 3)
      #expect(found.map(\.cell) == expected.map(\.cell) && found.map(\.envSteps) == expected.map(\.envSteps))
      device.requireNoValidationMessages()
    }
  }

  /// One seat of ours between two of theirs: the same games and probabilities as with our own network in all three.
  @Test(arguments: TestDevice.computing) func watchedGamesAreTheSame(profile: DeviceProfile) throws {
    let device = try TestDevice.make(profile: profile)
    let environment = try PlayExamples.tinyHanabi(players: 3)
    let architecture = try PlayExamples.architecture(environment, trunk: [24], gru: 6)
    let policies = try PlayExamples.roster(3, environment, trunk: [24], gru: 6).policies
    let ours = policies.map { Roster.Member(architecture, $0) }
    let theirs = policies.map { Roster.Member(SlowPolicy(architecture, $0), name: $0.name) }
    func watch(_ team: [Roster.Member]) throws -> [WatchedStep] {
      let watched = try WatchedGames(
        environment: environment, team: team, mode: .greedy, settings: PlayExamples.settings(games: 2), device: device)
      var steps: [WatchedStep] = []
      while let step = try watched.next() { steps.append(step) }
      return steps
    }
    let expected = try watch(ours)
    let found = try watch([theirs[0], ours[1], theirs[2]])
    #expect(found.map(\.actions) == expected.map(\.actions) && found.map(\.after) == expected.map(\.after))
    #expect(found.contains { $0.decisions[0].isChoice } && found.contains { $0.decisions[2].isChoice })
    for (step, other) in zip(found, expected) {
      for (seat, (decision, expected)) in zip(step.decisions, other.decisions).enumerated() where decision.isChoice {
        #expect((decision.value == nil) == (seat != 1))
        for (probability, own) in zip(decision.probabilities, expected.probabilities) {
          #expect(abs(probability - own) < 1e-5)
        }
      }
    }
    device.requireNoValidationMessages()
  }

  @Test func whatItThrowsEndsTheEvaluation() throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi()
    let roster = try PlayExamples.roster(1, environment)
    var tired = SlowPolicy(try PlayExamples.architecture(environment), roster.policies[0])
    tired.rowLimit = 2
    let evaluator = try CrossPlayEvaluator(
      environment: environment, rosters: [Roster(tired, name: "tired")], settings: PlayExamples.settings(games: 9),
      device: device)
    #expect(throws: SlowPolicy.Tired.self) { try evaluator.evaluate(cells: [[0, 0]], mode: .sampled) }
    device.requireNoValidationMessages()
  }
}
