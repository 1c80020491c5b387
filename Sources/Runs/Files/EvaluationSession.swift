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
  /// - Parameter output: Where the tables go.
  public init(
    _ joined: JoinedTrainings, settings: EvaluationSettings, device: Device, output: EvaluationFolder.Output
  ) throws {
    self.joined = joined
    self.settings = settings
    self.device = device
    let record = EvaluationRecord(
      joined, settings: settings, device: "\(device.description.name), \(device.description.driver)")
    target = try EvaluationFolder(record, of: joined, output: output)
    try Folder.make(target.place)
    played = try PlayedTeams(record, in: target.place)
    teamsBefore = played.count
  }

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
    func control(_ what: @escaping (EvaluationProgress) -> String) -> EvaluationControl {
      EvaluationControl(
        played: { [played] in played[$0] }, keep: { [played] in try played.keep($0) },
        progress: { progress(what($0), $0) }, isStopping: isStopping)
    }
    let rosters = joined.rosters
    var evaluation = try CrossPlayEvaluation(
      runs: joined.runs, rosters: rosters, environment: joined.environment, settings: settings, device: device,
      control: control { "\($0.mode)" })
    for roster in settings.symmetry ? rosters : [] {
      // What another program computes is not asked for images of observations.
      guard case .layers = roster.network else { continue }
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
}
