import Configuration
import Environments
import Evaluation
import Files
import Foundation
import Networks
import Runs
import VulkanCompute

/// Who is to sit in a seat.
enum SeatChoice: Hashable, Sendable {
  case person
  case random
  /// Of a training or a folder of exported policies.
  case policy(FolderCatalog.Entry, run: Int?, update: Int?)
}

/// Plays games for readers, one at a time, and keeps the last ones so that their pictures can be drawn.
final class GameTables: @unchecked Sendable {
  /// Games of one seed that can be asked for.
  static let mostGames = 20
  /// Steps of a game that are played for a page at most.
  static let mostSteps = 10_000
  private static let mostKept = 32
  private static let mostSessions = 8

  private let lock = NSLock()
  private let openDevice: @Sendable () throws -> Device
  private let folder: PlayedGamesFolder
  /// Opened for the first game.
  private var device: Device?
  private var tables: [(request: Request, table: Table)] = []
  private var kept: [(key: String, game: KeptGame)] = []
  private var sessions: [(key: String, session: SeatSession)] = []

  init(folder: PlayedGamesFolder, openDevice: @escaping @Sendable () throws -> Device) {
    (self.folder, self.openDevice) = (folder, openDevice)
  }

  /// A game and how it is shown.
  struct KeptGame: Sendable {
    let record: GameRecord
    let environment: any Environment
    /// The seat that alone may be looked at while a person plays; nil for a game that is over.
    var onlySeat: Int?
  }

  /// Policies at a table, and what tells whether they are still the same.
  private struct Request: Hashable {
    let seats: [SeatChoice]
    let mode: EvaluationMode
    let stamp: FileStamp
  }

  /// Policies that sit together, ready to play.
  private struct Table {
    let environment: any Environment
    let games: WatchedGames
    let seats: [GameRecord.Seat]
  }

  // MARK: Watching

  /// Plays the n-th game of a seed, or takes one that was played before.
  ///
  /// - Returns: The key by which its pictures are asked for.
  func watch(_ seats: [SeatChoice], mode: EvaluationMode, seed: UInt64, game: Int) throws -> (key: String, KeptGame) {
    try lock.withLock {
      let request = request(seats, mode)
      let key = Self.key("\(request) \(seed) \(game)")
      if let known = kept.first(where: { $0.key == key }) { return (key, known.game) }
      let table = try table(request)
      try table.games.restart(seed: seed)
      var record = GameRecord(
        table.environment, seats: table.seats, mode: mode.description, seed: seed, game: game)
      var steps = 0
      while !record.isOver, let step = try table.games.next() {
        if step.game == game { record.add(step, outcomeNames: table.environment.outcomeNames) }
        steps += 1
        guard steps <= Self.mostSteps else {
          throw HTTPRefusal(.unavailable, "the game is longer than \(Self.mostSteps) steps; watch it in the terminal")
        }
      }
      let played = KeptGame(record: record, environment: table.environment)
      keep(played, key)
      return (key, played)
    }
  }

  /// A game that a person has played.
  func recorded(_ name: String) throws -> (key: String, KeptGame) {
    try lock.withLock {
      let key = Self.key("recorded \(name)")
      if let known = kept.first(where: { $0.key == key }) { return (key, known.game) }
      let (record, environment) = try folder.read(name)
      let game = KeptGame(record: record, environment: environment)
      keep(game, key)
      return (key, game)
    }
  }

  /// A game that was asked for just before.
  func game(_ key: String?) throws -> KeptGame {
    try lock.withLock {
      if let session = sessions.first(where: { $0.key == key })?.session { return session.shown }
      guard let game = kept.first(where: { $0.key == key })?.game else {
        throw HTTPRefusal(.notFound, "the game is no longer kept; open it again")
      }
      return game
    }
  }

  private func keep(_ game: KeptGame, _ key: String) {
    kept.append((key, game))
    if kept.count > Self.mostKept { kept.removeFirst() }
  }

  private static func key(_ text: String) -> String {
    let hash = StreamingHash()
    Array(text.utf8).withUnsafeBytes(hash.update)
    return hash.digits
  }

  private func request(_ seats: [SeatChoice], _ mode: EvaluationMode) -> Request {
    let folders = seats.compactMap { seat -> URL? in
      guard case .policy(let entry, _, _) = seat else { return nil }
      return entry.url
    }
    let files = folders.flatMap { url in
      [url, url.appendingPathComponent(TrainingFolder.configurationName)] + TrainingFolder.checkpointFolders(in: url)
    }
    return Request(seats: seats, mode: mode, stamp: FileStamp(files))
  }

  /// A table of the last two, or a new one.
  private func table(_ request: Request) throws -> Table {
    if let known = tables.first(where: { $0.request == request }) { return known.table }
    let table = try makeTable(request)
    tables.append((request, table))
    if tables.count > 2 { tables.removeFirst() }
    return table
  }

  private func makeTable(_ request: Request) throws -> Table {
    var first: (path: String, trained: TrainedRuns)?
    var read: [SeatChoice: TrainedRuns] = [:]
    for seat in request.seats {
      guard case .policy(let entry, let run, let update) = seat, read[seat] == nil else { continue }
      let trained = try TrainedRuns(entry.url, run: run, update: update)
      if let first {
        if let difference = JoinedTrainings.difference(first.trained, trained) {
          throw HTTPRefusal(.conflict, "\(entry.path) \(difference) in \(first.path); a team plays one game")
        }
      } else {
        first = (entry.path, trained)
      }
      read[seat] = trained
    }
    guard let first else { throw HTTPRefusal(.badRequest, "no policy sits at the table; choose one") }
    let environment = first.trained.environment
    guard request.seats.count == environment.agentCount else {
      throw HTTPRefusal(
        .badRequest, "\(request.seats.count) seats are taken and \(environment.name) has \(environment.agentCount)")
    }
    var team: [Roster.Member] = []
    var seats: [GameRecord.Seat] = []
    for seat in request.seats {
      guard case .policy(let entry, _, _) = seat, let trained = read[seat] else {
        let isPerson = seat == .person
        team.append(try WatchedGames.uniform(environment, name: isPerson ? "person" : "random"))
        seats.append(isPerson ? .person : .random)
        continue
      }
      let run = trained.runs[0]
      team.append(
        Roster.Member(trained.architecture, EvaluationPolicy(name: run.name, parameters: trained.parameters[0])))
      seats.append(
        GameRecord.Seat(kind: .policy, name: run.name, folder: entry.path, run: run.index, update: trained.update))
    }
    var settings = EvaluationSettings()
    settings.games = Self.mostGames
    let device = try device ?? openDevice()
    self.device = device
    return Table(
      environment: environment,
      games: try WatchedGames(
        environment: environment, team: team, mode: request.mode, settings: settings, device: device), seats: seats)
  }

  // MARK: A person's seat

  /// Begins a game with one person in it.
  func sit(_ seats: [SeatChoice], mode: EvaluationMode, seed: UInt64) throws -> (key: String, SeatSession.State) {
    try lock.withLock {
      guard let seat = seats.firstIndex(of: .person), seats.count(where: { $0 == .person }) == 1 else {
        throw HTTPRefusal(.badRequest, "one person plays; choose one seat for yourself")
      }
      // Its own table: others may be watching the same team.
      let table = try makeTable(request(seats, mode))
      try table.games.restart(seed: seed)
      let record = GameRecord(table.environment, seats: table.seats, mode: mode.description, seed: seed)
      let session = SeatSession(table.games, table.environment, seat: seat, record: record)
      try session.advance()
      let key = UUID().uuidString
      sessions.append((key, session))
      if sessions.count > Self.mostSessions { sessions.removeFirst() }
      try save(session)
      return (key, session.state(since: 0))
    }
  }

  /// Takes the person's action after `step` steps.
  func act(_ key: String, step: Int, action: Int) throws -> SeatSession.State {
    try lock.withLock {
      guard let session = sessions.first(where: { $0.key == key })?.session else {
        throw HTTPRefusal(.notFound, "the game is no longer kept; begin another")
      }
      try session.act(step: step, action: action)
      try save(session)
      return session.state(since: step)
    }
  }

  private func save(_ session: SeatSession) throws {
    guard session.record.isOver, session.saved == nil else { return }
    session.saved = try folder.write(session.record)
  }
}

/// A game in which a person sits: it waits wherever the person has a choice.
final class SeatSession {
  struct Move: Encodable {
    /// Steps before it.
    let step: Int
    /// By seat; nil for one that had no choice.
    let actions: [String?]
    let rewards: [Float]
  }

  struct Legal: Encodable {
    let action: Int
    let name: String
  }

  struct State: Encodable {
    let seat: Int
    let seats: [String]
    let environment: String
    /// Steps so far.
    let step: Int
    /// What the person may do; empty where the game is over.
    let legal: [Legal]
    /// Since the person acted.
    let moves: [Move]
    /// Of the person's seat so far.
    let rewardSum: Double
    let isOver: Bool
    let episodeReturn: Double?
    let outcomes: [String: Float]
    /// The name of the recorded game, once it is over.
    let saved: String?
  }

  let environment: any Environment
  let seat: Int
  private(set) var record: GameRecord
  var saved: String?
  private let games: WatchedGames
  private var waiting: WatchedDecision?

  init(_ games: WatchedGames, _ environment: any Environment, seat: Int, record: GameRecord) {
    (self.games, self.environment, self.seat, self.record) = (games, environment, seat, record)
  }

  /// What the person may look at: the own seat until the game is over.
  var shown: GameTables.KeptGame {
    GameTables.KeptGame(record: record, environment: environment, onlySeat: record.isOver ? nil : seat)
  }

  /// Plays on until the person has a choice, or the game is over.
  func advance() throws {
    waiting = nil
    while !record.isOver, let decisions = try games.decide() {
      if decisions[seat].isChoice {
        waiting = decisions[seat]
        break
      }
      record.add(try games.play(), outcomeNames: environment.outcomeNames)
      guard record.steps.count <= GameTables.mostSteps else {
        throw HTTPRefusal(.unavailable, "the game is longer than \(GameTables.mostSteps) steps")
      }
    }
    if !record.isOver { record.continues(in: try games.state()) }
  }

  func act(step: Int, action: Int) throws {
    guard let waiting, step == record.steps.count else {
      throw HTTPRefusal(.conflict, "the game has gone on; look at it again")
    }
    guard waiting.legalActions.contains(action) else {
      throw HTTPRefusal(.badRequest, "that is not possible now; choose one of the actions that are listed")
    }
    record.add(try games.play(instead: [seat: action]), outcomeNames: environment.outcomeNames)
    try advance()
  }

  func state(since step: Int) -> State {
    State(
      seat: seat, seats: record.seats.map(\.name), environment: environment.name, step: record.steps.count,
      legal: (waiting?.legalActions ?? []).map { Legal(action: $0, name: environment.actionName($0)) },
      moves: record.steps.enumerated().dropFirst(step).map { number, step in
        Move(
          step: number,
          actions: zip(step.actions, step.decisions).map { $1.legal.count > 1 ? environment.actionName($0) : nil },
          rewards: step.rewards)
      }, rewardSum: record.steps.reduce(0) { $0 + Double($1.rewards[seat]) }, isOver: record.isOver,
      episodeReturn: record.episodeReturn, outcomes: record.outcomes, saved: saved)
  }
}
