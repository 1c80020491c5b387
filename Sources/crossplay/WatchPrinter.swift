import Configuration
import Environments
import Evaluation
import Foundation
import Training

/// Prints the steps of games: as boards for people, or as one JSON object per step.
struct WatchPrinter {
  let environment: any Environment
  /// A description of each seat.
  let seats: [String]
  let json: Bool

  /// What the object of a step holds; `state` is the one before the actions, with the keys of recorded games.
  private struct Step: Encodable {
    let game: Int
    let step: Int
    let policies: [String]
    let state: [String: ParameterValue]
    /// Number and name of every seat's action.
    let actions: [Int]
    let actionNames: [String]
    let rewards: [Float]
    let done: Bool
    /// Of the game, in its last step only.
    var finalState: [String: ParameterValue]?
    var episodeReturn: Double?
    var outcomes: [String: Double]?
  }

  /// - Parameter mode: How policies play; nil for random play.
  func begin(mode: EvaluationMode?, seed: UInt64) throws {
    guard !json else { return }
    try Console.print("\(environment.name), \(mode.map { "\($0), " } ?? "")seed \(seed)")
    for (seat, name) in seats.enumerated() { try Console.print("seat \(seat): \(name)") }
  }

  func show(_ step: WatchedStep) throws {
    if json { try Console.printJSON(object(step)) } else { try Console.print(text(step)) }
  }

  private func object(_ step: WatchedStep) throws -> Step {
    var object = Step(
      game: step.game, step: step.step, policies: seats, state: try fields(step.before), actions: step.actions,
      actionNames: step.actions.map(environment.actionName), rewards: step.rewards, done: step.end != nil)
    if let end = step.end {
      object.finalState = try fields(step.after)
      object.episodeReturn = end.episodeReturn
      object.outcomes = Dictionary(
        uniqueKeysWithValues: zip(environment.outcomeNames, end.outcomes).map { ($0, Double($1)) })
    }
    return object
  }

  private func fields(_ state: [UInt32]) throws -> [String: ParameterValue] {
    Dictionary(
      uniqueKeysWithValues: try environment.stateFields(of: state).map {
        ($0.name, try JSONDecoder().decode(ParameterValue.self, from: Data($0.value.utf8)))
      })
  }

  private func text(_ step: WatchedStep) -> String {
    var lines = ["", "---- game \(step.game), step \(step.step) ----", environment.render(state: step.before)]
    // Seats that wait in a turn-based game are left out.
    let shown = step.chose.contains(true) ? step.chose : step.chose.map { _ in true }
    for (seat, action) in step.actions.enumerated() where shown[seat] {
      lines.append("seat \(seat): \(environment.actionName(action))")
    }
    let rewards = step.rewards.map { number(Double($0)) }
    lines.append(Set(rewards).count == 1 ? "reward \(rewards[0])" : "rewards \(rewards.joined(separator: ", "))")
    if let end = step.end {
      let outcomes = zip(environment.outcomeNames, end.outcomes).map { ", \($0) \(number(Double($1)))" }
      lines += [
        "", "---- game \(step.game) ended after \(step.step) step\(step.step == 1 ? "" : "s") ----",
        environment.render(state: step.after), "return \(number(end.episodeReturn))\(outcomes.joined())",
      ]
    }
    return lines.joined(separator: "\n")
  }

  private func number(_ value: Double) -> String { String(format: "%g", value) }
}
