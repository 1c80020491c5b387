import Configuration
import Environments
import TestSupport
import Testing
import Training
import VulkanCompute

@testable import Evaluation

@Suite struct CrossPlayEvaluatorTests {
  @Test(arguments: [EvaluationMode.sampled, .greedy])
  func theMatrixIsBitEqualHoweverItsCellsAreBatched(mode: EvaluationMode) throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi()
    let policies = try PlayExamples.randomPolicies(4, environment)
    let teams = PlayExamples.allTeams(of: 4, seats: 2)
    func evaluator(
      _ policies: [EvaluationPolicy], cells: Int?, steps: Int
    ) throws -> CrossPlayEvaluator {
      try PlayExamples.evaluator(
        environment, policies, games: 90, device: device, cellsPerBatch: cells, stepsPerSubmission: steps)
    }
    let all = try evaluator(policies, cells: nil, steps: 8)
    let whole = try all.evaluate(cells: teams, mode: mode)
    #expect(all.cellsPerBatch == 16)
    #expect(whole.map(\.team) == teams)
    #expect(Set(whole.map(\.cell)).count > 12, "cells differ from each other")

    #expect(try evaluator(policies, cells: 1, steps: 5).evaluate(cells: teams, mode: mode) == whole)
    #expect(
      try evaluator(policies, cells: 3, steps: 16).evaluate(cells: teams.reversed(), mode: mode) == whole.reversed())

    // Two evaluators, each with only the policies that it needs, in another order.
    for members in [[3, 1], [2, 0]] {
      let part = try evaluator(members.map { policies[$0] }, cells: 2, steps: 8)
      for result in try part.evaluate(cells: PlayExamples.allTeams(of: 2, seats: 2), mode: mode) {
        let team = result.team.map { members[$0] }
        #expect(result.cell == whole[team[0] * 4 + team[1]].cell)
      }
    }
    device.requireNoValidationMessages()
  }

  /// More policies than a binding holds: the last window overlaps the one before where they do not divide evenly.
  /// Hidden states and images of observations go with the games, too.
  @Test(arguments: TestDevice.profiles, [nil, 12])
  func theMatrixIsBitEqualHoweverManyPoliciesAreBoundAtOnce(profile: DeviceProfile, gru: Int?) throws {
    let device = try TestDevice.make(profile: profile)
    let environment = try PlayExamples.tinyHanabi()
    let policies = try PlayExamples.randomPolicies(5, environment, gru: gru)
    let symmetries = try #require(environment.symmetryFamilies.first)
    let teams = PlayExamples.allTeams(of: 5, seats: 2)
    func cells(policiesPerWindow: Int?) throws -> [CellResult] {
      try CrossPlayEvaluator(
        environment: environment, rosters: [Roster(PlayExamples.architecture(environment, gru: gru), policies)],
        settings: PlayExamples.settings(games: 20), device: device, symmetries: symmetries,
        cellsPerBatch: 7, policiesPerWindow: policiesPerWindow
      ).evaluate(cells: teams, mode: .sampled)
    }
    let whole = try cells(policiesPerWindow: nil)
    #expect(Set(whole.map(\.cell)).count > 20, "cells differ from each other")
    for size in gru == nil ? [1, 2, 4] : [2] {
      #expect(try cells(policiesPerWindow: size) == whole, "\(size) policies at once")
    }
    device.requireNoValidationMessages()
  }

  @Test func windowsCoverAllPolicies() {
    for (policies, limit) in [(1, 1), (5, 2), (6, 2), (7, 3), (3, 100), (4, 0), (10, .max)] {
      let windows = PolicyWindows(policies: policies, limit: limit)
      #expect((0..<policies).allSatisfy { windows.policies(of: windows.window(of: $0)).contains($0) })
      for window in 0..<windows.count {
        let members = windows.policies(of: window)
        #expect(members.lowerBound >= 0 && members.upperBound <= policies && members.count <= max(1, limit))
      }
    }
  }

  @Test func gamesDependOnTheSeedOfTheEvaluationAndOnTheNames() throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi()
    let policies = try PlayExamples.randomPolicies(1, environment)
    func result(_ policies: [EvaluationPolicy], seed: UInt64) throws -> CrossPlayCell {
      try PlayExamples.evaluator(environment, policies, games: 200, seed: seed, device: device)
        .evaluate(cells: [[0, 0]], mode: .sampled)[0].cell
    }
    let first = try result(policies, seed: 1)
    #expect(try result(policies, seed: 1) == first)
    #expect(try result(policies, seed: 2) != first)
    let renamed = EvaluationPolicy(name: "another", parameters: policies[0].parameters)
    #expect(try result([renamed], seed: 1) != first)
    device.requireNoValidationMessages()
  }

  @Test(arguments: [1, 63, 64, 65, 1000])
  func exactlyTheWantedGamesArePlayed(games: Int) throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi()
    let evaluator = try PlayExamples.evaluator(
      environment, PlayExamples.randomPolicies(2, environment), games: games, device: device)
    for result in try evaluator.evaluate(cells: [[0, 1], [1, 1]], mode: .sampled) {
      #expect(result.cell.games == games)
    }
    let shape = EvaluationShape(games: games, environment: environment)
    let quotas = (0..<shape.environments).map(shape.quota)
    #expect(quotas.reduce(0, +) == games && quotas.min()! + 1 >= quotas.max()!)
    device.requireNoValidationMessages()
  }

  @Test func thePolicyWithoutPreferencesTiesAlwaysAndPlaysAtRandom() throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi()
    let evaluator = try PlayExamples.evaluator(
      environment, [PlayExamples.uniformPolicy("uniform", environment)], games: 4096, device: device)
    let random = try randomPlay(environment, games: 4096, device: device)
    for mode in [EvaluationMode.sampled, .greedyRandomTie, .temperature(2)] {
      let result = try evaluator.evaluate(cells: [[0, 0]], mode: mode)[0]
      #expect(result.cell.tieRate == 1 && result.cell.nearTieRate == 1)
      let error = try #require(result.cell.standardError)
      let randomError = try #require(random.standardError)
      #expect(
        abs(result.cell.meanReturn - random.meanReturn) < 4 * (error * error + randomError * randomError).squareRoot())
    }
    let greedy = try evaluator.evaluate(cells: [[0, 0]], mode: .greedy)[0]
    #expect(greedy.cell.tieRate == 1)
    #expect(abs(greedy.cell.meanReturn - random.meanReturn) > 0.2, "always the first action is another policy")
    device.requireNoValidationMessages()
  }

  /// Games of uniform legal actions, 64 environments, the same number of games in each.
  private func randomPlay(_ environment: any Environment, games: Int, device: Device) throws -> CrossPlayCell {
    let table = BufferTable(device: device)
    let count = 64
    let vector = try VectorEnvironment(
      environment: environment, runs: 1, environmentsPerRun: count, device: device, table: table)
    let play = try RandomPlay(vector, device: device, table: table)
    let transitions = Transitions(of: environment, runs: 1, environments: count, table: table)
    try table.allocate()
    try vector.initialize(seeds: [77])
    try device.run { vector.recordFirstEpisodes($0, runs: 0..<1, of: transitions) }
    let step = try device.record { recorder in
      vector.recordEnvStep(recorder, runs: 0..<1, into: transitions) {
        play.recordChoose(recorder, runs: 0..<1, into: transitions)
      }
    }
    var open = [Double](repeating: 0, count: count)
    var finished = [Int](repeating: 0, count: count)
    var cell = CrossPlayCell()
    var steps = 0
    while cell.games < games {
      try play.setClock(steps)
      try device.submit(step).wait()
      steps += 1
      let (reward, done) = (try transitions.rewards.read(), try transitions.dones.read())
      for n in 0..<count where finished[n] < games / count {
        open[n] += Double(reward[n * environment.agentCount])
        guard done[n] != 0 else { continue }
        cell += CrossPlayCell(games: 1, returnSum: open[n], squaredReturnSum: open[n] * open[n])
        finished[n] += 1
        open[n] = 0
      }
    }
    return cell
  }

  @Test func gamesThatDoNotEndAreAnErrorThatNamesTheTeam() throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi()
    let evaluator = try CrossPlayEvaluator(
      environment: environment, rosters: [PlayExamples.roster(2, environment)],
      settings: PlayExamples.settings(games: 64), device: device,
      stepsPerSubmission: 1, maximumGameLength: 2)
    let error = #expect(throws: EvaluationFailure.self) { try evaluator.evaluate(cells: [[0, 1]], mode: .sampled) }
    guard case .endlessGame(let team, _, 2) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(team == ["seed=100", "seed=101"])
  }

  @Test func policiesThatDoNotFitAreRefused() throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi()
    let policy = try PlayExamples.uniformPolicy("a", environment)
    #expect(throws: EvaluationFailure.duplicateName("a")) {
      try PlayExamples.evaluator(environment, [policy, policy], games: 1, device: device)
    }
    let short = EvaluationPolicy(name: "b", parameters: [1, 2, 3])
    #expect(throws: EvaluationFailure.parameterCount(policy: "b", found: 3, expected: policy.parameters.count)) {
      try PlayExamples.evaluator(environment, [policy, short], games: 1, device: device)
    }
  }

  @Test(arguments: [(2, 4), (3, 3)])
  func aSetOfRunsIsEvaluatedByConfigurationAndMode(players: Int, seeds: Int) throws {
    let device = try TestDevice.make()
    let environment = try PlayExamples.tinyHanabi(players: players)
    let runs = try exampleRuns(seeds: seeds, entropyCoefficients: [0.01, 0.1])
    let policies = zip(runs, try PlayExamples.randomPolicies(2 * seeds, environment)).map {
      EvaluationPolicy(name: $0.name, parameters: $1.parameters)
    }
    var calls: [EvaluationProgress] = []
    let evaluation = try CrossPlayEvaluation(
      runs: runs, rosters: [Roster(PlayExamples.architecture(environment), policies)], environment: environment,
      settings: PlayExamples.settings(games: 10), device: device,
      control: EvaluationControl(progress: { calls.append($0) }))

    let tuples = (0..<players).reduce(1) { $0 * (seeds - $1) }
    #expect(evaluation.plan.teams.count == 2 * (seeds + tuples))
    #expect(evaluation.matrices.map(\.mode) == [.sampled, .greedy])
    #expect(evaluation.matrices.allSatisfy { $0.teams.count == evaluation.plan.teams.count })
    #expect(evaluation.summary.configurations.count == 2)
    for configuration in evaluation.summary.configurations {
      #expect(configuration.games == 10 && configuration.tuplesEvaluated == tuples)
      for mode in configuration.modes {
        #expect(mode.selfPlay?.count == seeds && mode.crossPlayAllTuples?.count == tuples)
        #expect(mode.selfPlayTieRate != nil && mode.gap != nil)
      }
    }
    let last = try #require(calls.last)
    #expect(last.cellsFinished == last.cells && last.gamesPerCell == 10)
    device.requireNoValidationMessages()
  }
}
