import Environments
import Evaluation
import Foundation
import Networks
import Runs

/// Policies that were named with `--policy`, in the seats of one game.
struct NamedTeam {
  struct Seat {
    let place: PolicyPlace
    let trained: TrainedRuns
    let position: Int

    /// The policy with its network.
    var member: (architecture: NetworkArchitecture, policy: EvaluationPolicy) {
      let name = EvaluatedRun(trained.runs[position]).name
      return (trained.architecture, EvaluationPolicy(name: name, parameters: trained.parameters[position]))
    }
    var text: String { "\(trained.runs[position].name) of \(place.folder)" }
    var recorded: GameRecord.Seat {
      GameRecord.Seat(
        kind: .policy, name: trained.runs[position].name, folder: place.folder, run: trained.runs[position].index,
        update: trained.update)
    }
  }

  let environment: any Environment
  /// One for each seat that no person has.
  let seats: [Seat]

  /// - Parameters:
  ///   - policies: `folder[:run]`, once for all seats, or once for each.
  ///   - people: Seats that are not theirs.
  init(_ policies: [String], besides people: Int = 0) throws {
    var trainings: [String: TrainedRuns] = [:]
    let found = try policies.map { text in
      let place = PolicyPlace(text)
      let trained = try trainings[place.folder] ?? TrainedRuns(URL(fileURLWithPath: place.folder))
      trainings[place.folder] = trained
      return Seat(place: place, trained: trained, position: try trained.position(ofRun: place.run, in: place.folder))
    }
    let first = found[0]
    environment = first.trained.environment
    for other in found.dropFirst() {
      if let difference = JoinedTrainings.difference(first.trained, other.trained) {
        throw UsageError("\(other.place.folder) \(difference) in \(first.place.folder); a team plays one game")
      }
    }
    let count = environment.agentCount - people
    guard found.count == 1 || found.count == count else {
      throw UsageError(
        "--policy was given \(found.count) times for \(count) \(people > 0 ? "other " : "")seats; give it once for all "
          + "seats, or once per seat")
    }
    seats = found.count == 1 ? Array(repeating: first, count: count) : found
  }
}
