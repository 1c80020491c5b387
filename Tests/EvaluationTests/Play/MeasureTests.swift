import Environments
import Foundation
import TestSupport
import Testing
import Training
import VulkanCompute

@testable import Evaluation

@Suite struct MeasureTests {
  @Test func measure() throws {
    let e = ProcessInfo.processInfo.environment
    guard e["MEASURE"] != nil else { return }
    let device = try TestDevice.make(validation: .off)
    let environment = try PlayExamples.tinyHanabi()
    let policies = try PlayExamples.randomPolicies(16, environment)
    let teams = PlayExamples.allTeams(of: 16, seats: 2)
    for batch in [16, 32, 64, 128, 256] {
      for steps in [2, 4, 8, 16] {
        let evaluator = try PlayExamples.evaluator(
          environment, policies, games: 128, device: device, cellsPerBatch: batch, stepsPerSubmission: steps)
        _ = try evaluator.evaluate(cells: Array(teams.prefix(batch)), mode: .sampled)
        let start = Date()
        let r = try evaluator.evaluate(cells: teams, mode: .sampled)
        let s = Date().timeIntervalSince(start)
        let g = r.reduce(0) { $0 + $1.cell.games }
        let es = r.reduce(0) { $0 + $1.envSteps }
        print(
          "batch \(batch) steps \(steps): \(s) s, \(Int(Double(g) / s)) games/s, \(Int(Double(es) / s)) env steps/s")
      }
    }
  }
}
