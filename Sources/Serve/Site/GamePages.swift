import Configuration
import Environments
import Evaluation
import Files
import Foundation
import Runs

/// A game as its page needs it; pictures are asked for one by one.
struct GameAnswer: Encodable {
  struct Action: Encodable {
    let action: Int
    let name: String
    let probability: Float?
  }

  struct Decision: Encodable {
    /// The likeliest of the legal actions, and how many there are.
    let likeliest: [Action]
    let legal: Int
    let value: Float?
  }

  struct Step: Encodable {
    let actions: [String]
    /// Whether the seat had a choice.
    let chose: [Bool]
    let rewards: [Float]
    let decisions: [Decision]
  }

  let key: String
  let environment: String
  let seats: [GameRecord.Seat]
  let mode: String
  let seed: UInt64
  let game: Int
  let date: String
  let hidesFromSeats: Bool
  let exportsHanabLive: Bool
  let steps: [Step]
  let episodeReturn: Double?
  let outcomes: [String: Float]

  /// Actions of one decision that are listed at most.
  private static let mostActions = 24

  init(_ key: String, _ game: GameTables.KeptGame) {
    let (record, environment) = (game.record, game.environment)
    self.key = key
    self.environment = environment.name
    (seats, mode, seed, self.game, date) = (record.seats, record.mode, record.seed, record.game, record.date)
    hidesFromSeats = environment.hidesFromSeats
    exportsHanabLive = (try? HanabLiveRecorder(environment, names: record.seats.map(\.name))) != nil
    steps = record.steps.map { step in
      Step(
        actions: step.actions.map(environment.actionName), chose: step.decisions.map { $0.legal.count > 1 },
        rewards: step.rewards,
        decisions: zip(step.decisions, step.actions).map { decision, taken in
          let all = decision.legal.enumerated().map { place, action in
            Action(
              action: action, name: environment.actionName(action),
              probability: decision.probabilities.isEmpty ? nil : decision.probabilities[place])
          }
          let sorted = all.sorted { ($0.probability ?? 0, $1.action) > ($1.probability ?? 0, $0.action) }
          // What was done is always among them.
          let listed = sorted.prefix(Self.mostActions)
          let missing = listed.contains { $0.action == taken } ? [] : all.filter { $0.action == taken }
          return Decision(likeliest: listed + missing, legal: all.count, value: decision.value)
        })
    }
    (episodeReturn, outcomes) = (record.episodeReturn, record.outcomes)
  }
}

extension GameTables.KeptGame {
  /// The drawing after `step` steps.
  ///
  /// - Parameter view: A seat, or `all`.
  func picture(step: String?, view: String?) throws -> String {
    guard let step = step.flatMap({ Int($0) }), (0...record.steps.count).contains(step) else {
      throw HTTPRefusal(.notFound, "the game has steps 0 to \(record.steps.count)")
    }
    let seat = view.flatMap { Int($0) }
    guard view == "all" || seat.map(record.seats.indices.contains) == true else {
      throw HTTPRefusal(.notFound, "a view is all or one of the seats 0 to \(record.seats.count - 1)")
    }
    if let onlySeat, seat != onlySeat {
      throw HTTPRefusal(.forbidden, "while you play, only your own seat can be looked at")
    }
    return environment.picture(of: record.state(after: step), for: seat)
  }

  /// The game as a replay of hanab.live.
  func hanabLive() throws -> Data {
    guard onlySeat == nil else { throw HTTPRefusal(.forbidden, "a game is exported once it is over") }
    do {
      var recorder = try HanabLiveRecorder(environment, names: record.seats.indices.map { "seat \($0)" })
      for (number, step) in record.steps.enumerated() {
        recorder.add(before: step.state, actions: step.actions, after: record.state(after: number + 1))
      }
      return try recorder.json()
    } catch let error as HanabLiveRecorder.Unsupported {
      throw HTTPRefusal(.conflict, "\(error)")
    }
  }
}

/// Recorded games of people, and how well they did beside the policies.
struct ScoresAnswer: Encodable {
  struct Game: Encodable {
    let name: String
    let date: String
    let environment: String
    let seats: [GameRecord.Seat]
    let mode: String
    let episodeReturn: Double
    let steps: Int
  }

  struct Score: Encodable {
    let environment: String
    /// Who else sat there.
    let partners: [String]
    let mode: String
    let games: Int
    let mean: Double
    let standardError: Double?
    /// Of the partner's configuration in the same mode, where its training was evaluated.
    var selfPlay: EvaluationDetails.Estimated?
    var crossPlay: EvaluationDetails.Estimated?
  }

  let games: [Game]
  let scores: [Score]
  let folder: String

  /// Games listed at most; scores are of all.
  private static let mostGames = 200

  /// - Parameter policies: Self-play and cross-play of a policy's configuration, where known.
  init(
    _ folder: PlayedGamesFolder, _ records: [(name: String, record: PlayedGame)],
    policies: (_ seat: GameRecord.Seat, _ mode: String) -> (selfPlay: Estimate?, crossPlay: Estimate?)?
  ) {
    self.folder = folder.url.relativePath
    games = records.prefix(Self.mostGames).map { name, game in
      Game(
        name: name, date: game.date, environment: game.environment, seats: game.seats, mode: game.mode,
        episodeReturn: game.episodeReturn, steps: game.steps)
    }
    struct Group: Hashable {
      let environment: String
      let partners: [GameRecord.Seat]
      let mode: String
    }
    var groups: [(group: Group, returns: [Double])] = []
    for (_, game) in records {
      let group = Group(
        environment: game.environment, partners: game.seats.filter { $0.kind != .person }, mode: game.mode)
      if let place = groups.firstIndex(where: { $0.group == group }) {
        groups[place].returns.append(game.episodeReturn)
      } else {
        groups.append((group, [game.episodeReturn]))
      }
    }
    scores = groups.compactMap { group, returns in
      guard let estimate = Estimate(returns) else { return nil }
      let known = group.partners.first.flatMap { policies($0, group.mode) }
      return Score(
        environment: group.environment,
        partners: group.partners.map { seat in
          [seat.folder, seat.name].compactMap(\.self).joined(separator: " ")
        }, mode: group.mode, games: returns.count, mean: estimate.mean, standardError: estimate.standardError,
        selfPlay: EvaluationDetails.Estimated(known?.selfPlay), crossPlay: EvaluationDetails.Estimated(known?.crossPlay)
      )
    }
  }
}

/// What a list shows of a recorded game.
struct PlayedGame: Sendable {
  let date: String
  let environment: String
  let seats: [GameRecord.Seat]
  let mode: String
  let episodeReturn: Double
  let steps: Int

  init?(_ record: GameRecord) {
    guard let episodeReturn = record.episodeReturn else { return nil }
    date = record.date
    let values = record.environment.parameters.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    environment = "\(record.environment.name) (\(values.joined(separator: ", ")))"
    (seats, mode, self.episodeReturn, steps) = (record.seats, record.mode, episodeReturn, record.steps.count)
  }
}

/// The recorded games, each read once.
final class PlayedGamesShelf: @unchecked Sendable {
  let folder: PlayedGamesFolder
  private let lock = NSLock()
  private var known: [String: PlayedGame?] = [:]

  init(_ folder: PlayedGamesFolder) { self.folder = folder }

  /// The latest first; files that are damaged are left out.
  func games() -> [(name: String, record: PlayedGame)] {
    lock.withLock {
      folder.names().compactMap { name in
        if known[name] == nil { known[name] = (try? folder.read(name)).flatMap { PlayedGame($0.record) } }
        return known[name].flatMap { game in game.map { (name: name, record: $0) } }
      }
    }
  }
}
