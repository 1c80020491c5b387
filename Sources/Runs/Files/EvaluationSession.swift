import Configuration
import Evaluation
import Files
import Foundation
import VulkanCompute

/// One evaluation, from policies in folders to tables in a folder. It goes on where an earlier one was interrupted.
public final class EvaluationSession {
  public let joined: JoinedTrainings
  public let settings: EvaluationSettings
  private let target: EvaluationFolder
  private let device: Device
  private let share: Shard
  private let played: PlayedTeams
  /// Teams that an earlier process played.
  public let teamsBefore: Int

  /// What was played, and where its tables are.
  public struct Result {
    public let evaluation: CrossPlayEvaluation
    public let place: EvaluationFolder.Place
    /// Played by this process.
    public let games: Int
  }

  /// Refuses what cannot be written before anything is played.
  ///
  /// - Parameters:
  ///   - output: Where the tables go.
  ///   - share: Which teams this process plays; only the whole writes tables.
  public init(
    _ joined: JoinedTrainings, settings: EvaluationSettings, device: Device, output: EvaluationFolder.Output,
    share: Shard = .whole
  ) throws {
    self.joined = joined
    self.settings = settings
    self.device = device
    self.share = share
    let record = EvaluationRecord(
      joined, settings: settings, device: "\(device.description.name), \(device.description.driver)")
    target = try EvaluationFolder(record, of: joined, output: output)
    try Folder.make(target.place)
    played = try PlayedTeams(record, share: share, in: target.place)
    teamsBefore = played.count
  }

  /// What the user should know about teams that are kept.
  public var remarks: [String] { played.remarks }

  /// Teams that have played and are kept.
  public var teamsPlayed: Int { played.count }

  /// What the folder holds already, where that is just this evaluation.
  public var existing: RecordedEvaluation? {
    get throws { try target.isWritten ? RecordedEvaluation(target.url) : nil }
  }

  /// Plays the teams that are missing and writes the tables.
  ///
  /// - Parameters:
  ///   - progress: Gets what is being played, a mode or "symmetry", and how far it is.
  ///   - isStopping: Asked every few env steps.
  /// - Throws: `EvaluationStopped` where it was asked to stop; teams that have played all their games are kept.
  public func run(
    progress: @escaping (String, EvaluationProgress) -> Void = { _, _ in },
    isStopping: @escaping () -> Bool = { false }
  ) throws -> Result {
    precondition(share == .whole, "a share has no tables")
    let control = control(progress, isStopping)
    var evaluation = try CrossPlayEvaluation(
      runs: joined.runs, rosters: joined.rosters, environment: joined.environment, settings: settings, device: device,
      control: control { "\($0.mode)" })
    for roster in rostersOfSymmetries {
      evaluation.add(
        try RunEquivariance.measure(
          runs: joined.runs, roster: roster, environment: joined.environment, settings: settings, device: device,
          control: control { _ in "symmetry" }))
    }
    let games = (played.count - teamsBefore) * settings.games
    let place = try target.write(evaluation)
    played.remove()
    return Result(evaluation: evaluation, place: place, games: games)
  }

  /// Plays the share's teams that are missing and keeps them; writes no tables.
  ///
  /// - Returns: Games that this process played.
  /// - Throws: As `run`.
  public func play(
    progress: @escaping (String, EvaluationProgress) -> Void = { _, _ in },
    isStopping: @escaping () -> Bool = { false }
  ) throws -> Int {
    let control = control(progress, isStopping)
    try CrossPlayEvaluation.play(
      share, runs: joined.runs, rosters: joined.rosters, environment: joined.environment, settings: settings,
      device: device, control: control { "\($0.mode)" })
    for roster in rostersOfSymmetries {
      try RunEquivariance.play(
        share, roster: roster, environment: joined.environment, settings: settings, device: device,
        control: control { _ in "symmetry" })
    }
    return (played.count - teamsBefore) * settings.games
  }

  /// What another program computes is not asked for images of observations.
  private var rostersOfSymmetries: [Roster] {
    settings.symmetry ? joined.rosters.filter { if case .layers = $0.network { true } else { false } } : []
  }

  private func control(
    _ progress: @escaping (String, EvaluationProgress) -> Void, _ isStopping: @escaping () -> Bool
  ) -> (_ what: @escaping (EvaluationProgress) -> String) -> EvaluationControl {
    { [played] what in
      EvaluationControl(
        played: { played[$0] }, keep: { try played.keep($0) }, progress: { progress(what($0), $0) },
        isStopping: isStopping)
    }
  }
}
