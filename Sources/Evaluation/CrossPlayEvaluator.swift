import Configuration
import Environments
import Networks
import Training
import VulkanCompute

/// Plays teams of policies on the device: one policy per seat, a fixed number of games per team.
///
/// Some cells (teams) play at the same time; where one has played all its games, the next takes its place, so that a
/// short sequence of env steps, recorded once, serves all cells. A cell's result is a function of the evaluation's seed,
/// of its policies and their names, and of the mode: other cells, their number and their order do not matter. Policies of
/// different networks may sit in one team.
///
/// Every environment of a cell plays a number of games that is fixed beforehand; counting whatever finishes first would
/// prefer short games.
public final class CrossPlayEvaluator {
  public let environment: any Environment
  /// In the order in which teams name them.
  public let policyNames: [String]
  /// Games per cell, seed, tie tolerance and what follows from the cells.
  public let settings: EvaluationSettings
  /// Cells that play at the same time, at most.
  public let cellsPerBatch: Int
  /// Env steps of one submission.
  public let stepsPerSubmission: Int
  /// Env steps that a game may take on average before the evaluation gives up.
  public let maximumGameLength: Int

  /// What teams play in here, where it is not a mode of play.
  private let symmetryPart: String?
  private let shape: EvaluationShape
  private let player: CellPlayer
  private let device: Device
  private var sequences: [SequenceKey: CommandSequence] = [:]

  private struct SequenceKey: Hashable {
    let mode: EvaluationMode
    let cells: Int
  }

  /// Takes the memory and puts all policies on the device.
  ///
  /// - Parameters:
  ///   - rosters: All policies, with different names. Teams name them by the places that they have among those of all.
  ///   - settings: Uses `games`, `seed` and `tieTolerance`; `CrossPlayEvaluation` uses the rest.
  ///   - policiesPerWindow: The most policies that are bound at once; nil for as many as one binding can hold. Results do
  ///     not depend on it.
  ///   - symmetries: Measures how far the policies of every cell are from equivariant under these.
  ///   - cellsPerBatch: nil for as many as keep the device busy and fit its limits. Results do not depend on it.
  /// - Throws: `EvaluationFailure` for policies that do not fit, `VulkanError` where the device lacks memory.
  public init(
    environment: any Environment, rosters: [Roster], settings: EvaluationSettings, device: Device,
    symmetries: SymmetryFamily? = nil, cellsPerBatch: Int? = nil, stepsPerSubmission: Int = 8,
    maximumGameLength: Int = 100_000, policiesPerWindow: Int? = nil
  ) throws {
    precondition(settings.games > 0 && stepsPerSubmission > 0 && cellsPerBatch ?? 1 > 0)
    precondition(!rosters.isEmpty && rosters.allSatisfy { !$0.policies.isEmpty })
    try Self.check(rosters)
    self.environment = environment
    let policies = rosters.flatMap(\.policies)
    policyNames = policies.map(\.name)
    self.settings = settings
    self.stepsPerSubmission = stepsPerSubmission
    self.maximumGameLength = maximumGameLength
    self.device = device
    symmetryPart = symmetries.map { "symmetry \($0.name)" }
    shape = EvaluationShape(games: settings.games, environment: environment)
    let teams = (0..<shape.agents).reduce(1) { product, _ in min(product * policies.count, 1 << 20) }
    let bytes = try CellPlayer.bytesPerCell(
      shape, environment: environment, networks: rosters.map(\.network), symmetries: symmetries,
      device: device)
    // Every row goes through one network; with symmetries, a second one of the same policy works beside it.
    let automatic = shape.automaticCells(bytes, networks: symmetries == nil ? 1 : 2, device: device.description)
    self.cellsPerBatch = cellsPerBatch ?? min(teams, automatic)
    player = try CellPlayer(
      shape: shape, cells: self.cellsPerBatch, environment: environment, rosters: rosters, symmetries: symmetries,
      device: device, policiesPerWindow: policiesPerWindow)
  }

  private static func check(_ rosters: [Roster]) throws {
    var names: Set<String> = []
    for roster in rosters {
      let count = roster.parameterCount
      for policy in roster.policies {
        guard policy.parameters.count == count else {
          throw EvaluationFailure.parameterCount(policy: policy.name, found: policy.parameters.count, expected: count)
        }
        guard names.insert(policy.name).inserted else { throw EvaluationFailure.duplicateName(policy.name) }
      }
    }
  }

  /// Plays `settings.games` games of every team.
  ///
  /// - Parameters:
  ///   - cells: Teams: the policy of each seat by its place among the evaluator's policies.
  /// - Returns: One result per team, in the same order.
  /// - Throws: `EvaluationFailure.endlessGame`; `VulkanError`; `EvaluationStopped`; what `control` throws.
  public func evaluate(
    cells: [[Int]], mode: EvaluationMode, control: EvaluationControl = EvaluationControl()
  ) throws -> [CellResult] {
    for team in cells {
      precondition(
        team.count == shape.agents && team.allSatisfy(policyNames.indices.contains), "no such team: \(team)")
    }
    let keys = cells.map { PlayedTeam.Key(part: symmetryPart ?? mode.description, team: names(of: $0)) }
    var results = zip(cells, keys).map { team, key in control.played(key).map { CellResult($0, team: team) } }
    /// Cells that are still to be played.
    let waiting = results.indices.filter { results[$0] == nil }
    guard !waiting.isEmpty else { return results.compactMap(\.self) }
    let count = min(cellsPerBatch, waiting.count)
    let steps = try sequence(mode: mode, cells: count)
    let seeds = cells.map { CellSeeds.seed(evaluation: settings.seed, team: names(of: $0)) }
    /// The cell in each place of the device, and the env steps that it has played.
    var playing = Array(waiting[..<count])
    var age = [Int](repeating: 0, count: count)
    var starting = Array(0..<count)
    var next = count
    var finished = cells.count - waiting.count

    while finished < cells.count {
      guard !control.isStopping() else { throw EvaluationStopped() }
      if !starting.isEmpty {
        try player.start(starting, teams: playing.map { cells[$0] }, seeds: playing.map { seeds[$0] })
        starting = []
      }
      try device.submit(steps).wait()
      try player.requireNoFailure()
      let completed = try player.completedGames(cells: count)
      let before = finished
      for place in 0..<count where results[playing[place]] == nil {
        let cell = playing[place]
        age[place] += stepsPerSubmission
        guard completed[place].enumerated().allSatisfy({ $1 >= shape.quota($0) }) else {
          try requireEnd(cells[cell], games: completed[place].reduce(0, +), envSteps: age[place])
          continue
        }
        if let environment = try player.refusedAction(cell: place) {
          throw EvaluationFailure.illegalAction(team: names(of: cells[cell]), environment: environment)
        }
        let result = try player.result(cell: place, team: cells[cell])
        results[cell] = result
        try control.keep(
          PlayedTeam(
            key: keys[cell], cell: result.cell, envSteps: result.envSteps, equivariance: result.equivariance))
        finished += 1
        if next < waiting.count {
          playing[place] = waiting[next]
          age[place] = 0
          starting.append(place)
          next += 1
        }
      }
      if finished > before {
        control.progress(
          EvaluationProgress(
            mode: mode, cellsFinished: finished, cells: cells.count, gamesPerCell: settings.games))
      }
    }
    return results.compactMap(\.self)
  }

  private func names(of team: [Int]) -> [String] { team.map { policyNames[$0] } }

  private func requireEnd(_ team: [Int], games: Int, envSteps: Int) throws {
    guard envSteps >= maximumGameLength * shape.quota(0) else { return }
    throw EvaluationFailure.endlessGame(team: names(of: team), games: games, envSteps: envSteps)
  }

  /// One submission of as many cells as play at the same time, taken apart: env steps of the first teams' first games.
  public func profile(cells: [[Int]], mode: EvaluationMode) throws -> Profile {
    let peaks = try MeasuredPeaks.measure(on: device)
    let count = min(cellsPerBatch, cells.count)
    let teams = Array(cells.prefix(count))
    try player.start(
      Array(0..<count), teams: teams,
      seeds: teams.map { CellSeeds.seed(evaluation: settings.seed, team: names(of: $0)) })
    let steps = try device.timed {
      try player.record(steps: stepsPerSubmission, cells: count, mode: mode, tieTolerance: settings.tieTolerance)
    }
    try device.submit(steps).wait()
    return try Profile(steps.timings(), shares: player.rowShares(cells: count), peaks: peaks)
  }

  private func sequence(mode: EvaluationMode, cells: Int) throws -> CommandSequence {
    let key = SequenceKey(mode: mode, cells: cells)
    if let sequence = sequences[key] { return sequence }
    let sequence = try player.record(
      steps: stepsPerSubmission, cells: cells, mode: mode, tieTolerance: settings.tieTolerance)
    sequences[key] = sequence
    return sequence
  }
}
