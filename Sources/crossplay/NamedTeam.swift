import Environments
import Evaluation
import Foundation
import Networks
import Policies
import Runs

/// Policies that were named with `--policy`, in the seats of one game.
struct NamedTeam {
  struct Seat {
    /// As it was named.
    let text: String
    let member: Roster.Member
    let recorded: GameRecord.Seat

    /// A run of a training.
    fileprivate init(_ trained: TrainedRuns, _ place: PolicyPlace) throws {
      let position = try trained.position(ofRun: place.run, in: place.folder)
      let run = trained.runs[position]
      text = "\(run.name) of \(place.folder)\(place.update.map { " after update \($0)" } ?? "")"
      member = Roster.Member(
        trained.architecture,
        EvaluationPolicy(name: EvaluatedRun(run).name, parameters: trained.parameters[position]))
      recorded = GameRecord.Seat(
        kind: .policy, name: run.name, folder: place.folder, run: run.index, update: trained.update)
    }

    /// A policy of another program, which is called like its file.
    fileprivate init(_ model: ONNXPolicy) {
      let name = model.url.lastPathComponent
      text = name
      member = Roster.Member(model, name: name)
      recorded = GameRecord.Seat(kind: .policy, name: name)
    }
  }

  let environment: any Environment
  /// One for each seat that no person has.
  let seats: [Seat]

  /// - Parameters:
  ///   - policies: `folder[:run[@update]]` or a file in ONNX, once for all seats, or once for each.
  ///   - people: Seats that are not theirs.
  ///   - onnxRuntime: As `ONNXPolicy.init`.
  init(_ policies: [String], besides people: Int = 0, onnxRuntime: String?) throws {
    let places = policies.map { PolicyPlace($0) }
    func isModel(_ place: PolicyPlace) -> Bool { JoinedTrainings.isModel(URL(fileURLWithPath: place.folder)) }
    struct Checkpoint: Hashable {
      let folder: String
      let update: Int?

      init(_ place: PolicyPlace) { (folder, update) = (place.folder, place.update) }
    }
    var trainings: [Checkpoint: TrainedRuns] = [:]
    for place in places where !isModel(place) && trainings[Checkpoint(place)] == nil {
      trainings[Checkpoint(place)] =
        try TrainedRuns.trainings(in: [URL(fileURLWithPath: place.folder)], update: place.update)[0]
    }
    let ours = places.filter { !isModel($0) }
    guard let first = ours.first, let game = trainings[Checkpoint(first)] else {
      throw JoinedTrainings.noGame(of: policies)
    }
    for other in ours {
      if let trained = trainings[Checkpoint(other)], let difference = JoinedTrainings.difference(game, trained) {
        throw UsageError("\(other.folder) \(difference) in \(first.folder); a team plays one game")
      }
    }
    environment = game.environment
    let found = try places.map { place in
      if let trained = trainings[Checkpoint(place)] { return try Seat(trained, place) }
      let model = try ONNXPolicy(URL(fileURLWithPath: place.folder), library: onnxRuntime)
      try model.requirePlayable(in: game.environment)
      return Seat(model)
    }
    let count = environment.agentCount - people
    guard found.count == 1 || found.count == count else {
      throw UsageError(
        "--policy was given \(found.count) times for \(count) \(people > 0 ? "other " : "")seats; give it once for all "
          + "seats, or once per seat")
    }
    seats = found.count == 1 ? Array(repeating: found[0], count: count) : found
  }
}
