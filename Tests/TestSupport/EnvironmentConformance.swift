import CShaders
import Environments
import Foundation
import Testing
import VulkanCompute

/// What every game must do. A test of a new game calls `check` with some of its configurations.
public struct EnvironmentConformance {
  /// Problems of a state, empty where all is well; given by the game.
  public typealias Invariants = (_ state: [UInt32], _ environment: any Environment) -> [String]

  private let environment: any Environment
  private let invariants: Invariants
  private let environments = 16

  public static func check(_ environment: any Environment, invariants: @escaping Invariants) throws {
    let suite = EnvironmentConformance(environment: environment, invariants: invariants)
    try suite.sectionsCoverTheObservation()
    try suite.outcomesHaveNames()
    try suite.tenThousandRandomStepsKeepInvariants()
    try suite.sameSeedPlaysTheSameGames()
    try suite.layoutsOfTheStateAgree()
    try suite.aRunAloneEqualsARunAmongOthers()
    try suite.parametersMakeTheSameEnvironmentAgain()
  }

  /// Plays random games with auto-reset; returns a trace of everything that is visible.
  private func history(
    seeds: [UInt64], run: Int, steps: Int, profile: DeviceProfile? = nil, environments: Int? = nil
  ) throws -> [[UInt32]] {
    let device = try TestDevice.make(profile: profile)
    let play = try EnvironmentPlay(
      environment, seeds: seeds, environments: environments ?? self.environments, device: device)
    var history: [[UInt32]] = []
    for _ in 0..<steps {
      try play.observe()
      try play.chooseRandomly()
      history.append(try play.packedObservations(run: run))
      history.append(try play.actions(run: run))
      try play.step()
      history.append(try play.rewards(run: run).map(\.bitPattern))
      let dones = try play.dones(run: run)
      history.append(dones.map { $0 ? 1 : 0 })
      history.append(try outcomes(play, run: run, dones).map(\.bitPattern))
      try play.resetWhereDone()
    }
    history += try play.states(run: run)
    device.requireNoValidationMessages()
    return history
  }

  /// Of the episodes that the last step ended.
  private func outcomes(_ play: EnvironmentPlay, run: Int, _ dones: [Bool]) throws -> [Float] {
    let (outcomes, count) = (try play.outcomes(run: run), environment.outcomeCount)
    return dones.indices.filter { dones[$0] }.flatMap { outcomes[$0 * count..<($0 + 1) * count] }
  }

  private func outcomesHaveNames() throws {
    let names = environment.outcomeNames
    #expect(names.count <= Int(MOST_OUTCOMES))
    for ratio in environment.outcomeRatios {
      try #require(names.contains(ratio.numerator) && names.contains(ratio.denominator))
    }
    let reported = environment.outcomeQuantities.map(\.name)
    #expect(Set(reported).count == reported.count)
    #expect(reported.allSatisfy { $0.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil })
  }

  private func sectionsCoverTheObservation() throws {
    var next = 0
    for section in environment.observationLayout {
      #expect(section.offset == next)
      #expect(!section.meaning.isEmpty)
      for axis in section.axes { #expect(Set(axis.labels).count == axis.labels.count, "\(section.name) \(axis.name)") }
      next += section.count
    }
    #expect(next == environment.observationFeatureCount)
    #expect(Set((0..<environment.actionCount).map(environment.actionName)).count == environment.actionCount)
    #expect(environment.observationWordCount <= max(environment.observationFeatureCount / 8, 1))
  }

  /// The mask is never empty, nothing is ever refused, episodes end and start again.
  private func tenThousandRandomStepsKeepInvariants() throws {
    let device = try TestDevice.make()
    let play = try EnvironmentPlay(environment, seeds: [3], environments: environments, device: device)
    var ended = 0
    for step in 0..<(10_000 / environments) {
      try play.observe()
      let legal = try play.legalActions()
      if let action = legal.compactMap(\.last).max(), action >= environment.actionCount {
        Issue.record("step \(step): a mask has action \(action) of \(environment.actionCount)")
      }
      if let empty = legal.firstIndex(where: \.isEmpty) {
        Issue.record("step \(step): no legal action for row \(empty)")
        return
      }
      for state in try play.states() {
        let problems = invariants(state, environment)
        if !problems.isEmpty {
          Issue.record("step \(step): \(problems.joined(separator: "; "))\n\(environment.render(state: state))")
          return
        }
      }
      try play.chooseRandomly()
      for (action, row) in zip(try play.actions(), legal) where !row.contains(Int(action)) {
        Issue.record("step \(step): random play chose \(action), legal are \(row)")
        return
      }
      try play.poisonOutcomes()
      try play.step()
      let dones = try play.dones()
      ended += dones.count { $0 }
      #expect(try outcomes(play, run: 0, dones).allSatisfy(\.isFinite), "step \(step): an outcome was not written")
      try play.resetWhereDone()
    }
    #expect(ended > 0)
    try play.vector.requireNoErrors()
    device.requireNoValidationMessages()
  }

  private func sameSeedPlaysTheSameGames() throws {
    let first = try history(seeds: [11], run: 0, steps: 20)
    #expect(first == (try history(seeds: [11], run: 0, steps: 20)))
    #expect(first != (try history(seeds: [12], run: 0, steps: 20)))
  }

  private func layoutsOfTheStateAgree() throws {
    #expect(
      try history(seeds: [5], run: 0, steps: 20, profile: .software)
        == history(seeds: [5], run: 0, steps: 20, profile: .graphics))
  }

  private func aRunAloneEqualsARunAmongOthers() throws {
    let alone = try history(seeds: [7], run: 0, steps: 20, environments: 5)
    #expect(alone == (try history(seeds: [1, 2, 7, 3], run: 2, steps: 20, environments: 5)))
  }

  private func parametersMakeTheSameEnvironmentAgain() throws {
    let again = try EnvironmentRegistry.make(
      name: environment.name, parameters: EnvironmentParameters(environment.parametersDescription))
    #expect(again.macros == environment.macros)
    #expect(again.parametersDescription == environment.parametersDescription)
    let written = try JSONEncoder().encode(environment.parametersDescription)
    #expect(
      try JSONDecoder().decode([String: ParameterValue].self, from: written) == environment.parametersDescription)
  }
}
