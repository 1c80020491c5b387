import Configuration
import Environments
import TestSupport
import Testing
import Training
import VulkanCompute

@testable import Evaluation

@Suite struct SeatingTests {
  /// What a team of players (true) and hinters (false) earns in `oneCardHanabi`, and in how many env steps.
  private func expected(_ plays: [Bool]) -> (score: Double, envSteps: Int)? {
    guard let first = plays.firstIndex(of: true) else { return nil }
    let moves = (first...first + plays.count).map { plays[$0 % plays.count] }
    return (Double(moves.count { $0 }), first + moves.count)
  }

  @Test(arguments: [(2, 0), (2, 1), (2, 2), (2, 3), (3, 0)])
  func everyTeamSeatsItsPoliciesInOrder(players: Int, profile: Int) throws {
    let device = try TestDevice.make(profile: TestDevice.profiles[profile])
    let environment = try PlayExamples.oneCardHanabi(players: players)
    let policies = [
      try PlayExamples.oneCardPolicy("hints", discard: 1, play: 0, hint: 2, environment),
      try PlayExamples.oneCardPolicy("plays", discard: 0, play: 2, hint: 1, environment),
    ]
    let evaluator = try PlayExamples.evaluator(environment, policies, games: 100, device: device, cellsPerBatch: 3)
    let teams = PlayExamples.allTeams(of: 2, seats: players)
    for result in try evaluator.evaluate(cells: teams, mode: .greedy) {
      #expect(result.cell.games == 100)
      guard let (score, envSteps) = expected(result.team.map { $0 == 1 }) else {
        #expect(result.cell.returnSum == 0)
        continue
      }
      #expect(result.cell.meanReturn == score, "\(result.team)")
      #expect(result.cell.squaredReturnSum == 100 * score * score)
      #expect(result.envSteps == 100 * envSteps, "\(result.team)")
      // All hints of a hinter have the same logit; with two players there are as many as colours and ranks.
      #expect(
        result.cell.nearTiedDecisions >= result.cell.tiedDecisions && result.cell.tiedDecisions <= result.cell.decisions
      )
    }
    device.requireNoValidationMessages()
  }

  @Test func gpuAssistedValidationIsSilentOnASmallEvaluation() throws {
    let device = try TestDevice.make(validation: .gpuAssisted)
    let environment = try PlayExamples.tinyHanabi()
    let policies = try PlayExamples.randomPolicies(2, environment)
    let evaluator = try PlayExamples.evaluator(environment, policies, games: 5, device: device, cellsPerBatch: 3)
    for mode in [EvaluationMode.sampled, .greedy, .greedyRandomTie, .temperature(0.5)] {
      let results = try evaluator.evaluate(cells: PlayExamples.allTeams(of: 2, seats: 2), mode: mode)
      #expect(results.allSatisfy { $0.cell.games == 5 })
    }
    device.requireNoValidationMessages()
  }
}
