import Configuration
import Environments
import Evaluation
import Files
import Foundation
import Runs
import Training
import VulkanCompute

/// The pages and what they ask for. Read-only: nothing that is asked for changes a file in the served folders; games that
/// people play go into a folder of their own.
final class Site: HTTPSite {
  private let catalog: FolderCatalog
  private let trainings = TrainingShelf()
  private let evaluations = EvaluationShelf()
  private let tables: GameTables
  private let played: PlayedGamesShelf

  init(_ folders: [URL], playedGames: URL, openDevice: @escaping @Sendable () throws -> Device) {
    catalog = FolderCatalog(folders)
    let folder = PlayedGamesFolder(playedGames)
    played = PlayedGamesShelf(folder)
    tables = GameTables(folder: folder, openDevice: openDevice)
  }

  func response(to request: HTTPRequest) throws -> HTTPResponse {
    guard request.path.hasPrefix("/api/") else { return try Self.file(request) }
    let query = request.query
    if request.path == "/api/sit" || request.path == "/api/act" {
      guard request.method == .post else { throw HTTPRefusal(.methodNotAllowed, "this is asked for with POST") }
      return request.path == "/api/sit" ? try sit(request.body) : try act(request.body)
    }
    func get(_ answer: () throws -> HTTPResponse) throws -> HTTPResponse {
      guard request.method != .post else { throw HTTPRefusal(.methodNotAllowed, "this is read with GET") }
      return try answer()
    }
    return try get {
      switch request.path {
      case "/api/folders": try HTTPResponse(json: folders)
      case "/api/training": try training(query["id"])
      case "/api/curves": try curves(query["id"], configuration: query["configuration"])
      case "/api/events": HTTPResponse { [catalog] in Self.sendNews(of: catalog, $0) }
      case "/api/evaluation": try evaluation(query["id"])
      case "/api/matrix": try matrix(query["id"], mode: query["mode"])
      case "/api/sweep": try sweep(query["id"], figure: query["figure"])
      case "/api/runs": try runs(query["id"])
      case "/api/game": try game(query)
      case "/api/picture":
        HTTPResponse(
          try tables.game(query["key"]).picture(step: query["step"], view: query["view"]), type: "image/svg+xml")
      case "/api/hanab-live": try hanabLive(query["key"])
      case "/api/scores": try HTTPResponse(json: scores)
      default: throw HTTPRefusal(.notFound, "there is nothing called \(request.path)")
      }
    }
  }

  /// A file of the page.
  private static func file(_ request: HTTPRequest) throws -> HTTPResponse {
    guard request.method != .post else { throw HTTPRefusal(.methodNotAllowed, "this is read with GET") }
    let name = request.path == "/" ? "index.html" : String(request.path.dropFirst())
    guard let text = PageTexts.files[name] else {
      throw HTTPRefusal(.notFound, "there is no page called \(request.path)")
    }
    let types = ["html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"]
    let type = types[name.split(separator: ".").last.map(String.init) ?? ""] ?? "text/plain"
    return HTTPResponse(text, type: "\(type); charset=utf-8")
  }

  // MARK: Trainings

  private struct Folders: Encodable {
    let program: String
    let folders: [String]
    let isIncomplete: Bool
    let trainings: [TrainingShelf.Summary]
    let evaluations: [EvaluationSummaryLine]
    let policies: [Policies]
  }

  /// A folder of exported or imported policies.
  private struct Policies: Encodable {
    let id: String
    let path: String
  }

  private var folders: Folders {
    let played = catalog.list(.evaluation)
    return Folders(
      program: "crossplay \(Version.identity)", folders: catalog.roots.map(\.relativePath),
      isIncomplete: catalog.isIncomplete,
      trainings: catalog.list(.training).map { trainings.summary($0, evaluation: evaluation(of: $0, among: played)) },
      evaluations: played.map { EvaluationSummaryLine($0) },
      policies: catalog.list(.policies).map { Policies(id: $0.id, path: $0.path) })
  }

  private func evaluation(of training: FolderCatalog.Entry, among played: [FolderCatalog.Entry]) -> String? {
    let place = training.url.appendingPathComponent(EvaluationFolder.name).standardizedFileURL
    return played.first { $0.url.standardizedFileURL == place }?.id
  }

  private func training(_ id: String?) throws -> HTTPResponse {
    let entry = try catalog.entry(id, .training)
    let summary = trainings.summary(entry, evaluation: evaluation(of: entry, among: catalog.list(.evaluation)))
    return try HTTPResponse(
      json: trainings.withCurves(entry.url) { index, folder in try TrainingDetails(summary, folder, index) })
  }

  private func curves(_ id: String?, configuration: String?) throws -> HTTPResponse {
    let entry = try catalog.entry(id, .training)
    let answer = try trainings.withCurves(entry.url) { index, folder in
      try CurvesAnswer(index, folder, configuration: configuration)
    }
    return try HTTPResponse(json: answer)
  }

  private struct News: Encodable {
    /// Trainings with new lines of metrics.
    let trainings: [String]
  }

  /// Once a second at most: which trainings have gone on.
  private static func sendNews(of catalog: FolderCatalog, _ stream: EventStream) {
    func sizes() -> [String: UInt64] {
      let entries = catalog.list(.training, notOlderThan: .seconds(10))
      return Dictionary(
        entries.map { entry in
          (entry.id, FileStamp.of(entry.url.appendingPathComponent(TrainingFolder.metricsName))?.size ?? 0)
        }
      ) { first, _ in first }
    }
    var known = sizes()
    guard stream.send("news", json: News(trainings: [])) else { return }
    var quiet = 0
    while stream.isOpen {
      Thread.sleep(forTimeInterval: 1)
      let now = sizes()
      let changed = now.filter { known[$0.key] != $0.value }.keys.sorted()
      known = now
      quiet = changed.isEmpty ? quiet + 1 : 0
      guard
        changed.isEmpty ? quiet % 15 != 0 || stream.sendNothing() : stream.send("news", json: News(trainings: changed))
      else { return }
    }
  }

  // MARK: Evaluations

  private func evaluation(_ id: String?) throws -> HTTPResponse {
    let entry = try catalog.entry(id, .evaluation)
    let content = try evaluations.content(entry.url)
    let known = catalog.list(.training)
    // `evaluation`, or one of `evaluations`, whose policies are those of a checkpoint before the last.
    var home = entry.url.deletingLastPathComponent()
    let isOneOfSeveral = home.lastPathComponent == EvaluationSeries.name
    if isOneOfSeveral { home.deleteLastPathComponent() }
    var places: [String?: (id: String, runs: [String: Int], update: Int?)] = [:]
    for evaluated in content.record.trainings {
      let training =
        evaluated.label.map { label in known.first { $0.path == label || $0.path.hasSuffix("/\(label)") } }
        ?? known.first { $0.url.standardizedFileURL == home.standardizedFileURL }
      guard let training, let folder = try? trainings.folder(training.url) else { continue }
      let isKept = try TrainedRuns.commonUpdates(in: [training.url]).contains(evaluated.update)
      guard isKept || !isOneOfSeveral else { continue }
      let runs = Dictionary(folder.savedRuns.map { ($0.name, $0.index) }) { first, _ in first }
      places[evaluated.label] = (training.id, runs, isKept ? evaluated.update : nil)
    }
    return try HTTPResponse(
      json: EvaluationDetails(entry, content) { label, run in
        places[label].flatMap { place in place.runs[run].map { (place.id, $0, place.update) } }
      })
  }

  private func matrix(_ id: String?, mode: String?) throws -> HTTPResponse {
    let content = try evaluations.content(catalog.entry(id, .evaluation).url)
    guard let matrix = content.matrices.first(where: { $0.mode.description == mode }) else {
      throw HTTPRefusal(.notFound, "the evaluation has no matrix of the mode \(mode ?? "that is not named")")
    }
    return HTTPResponse(matrix.bytes, type: "application/octet-stream")
  }

  private func sweep(_ id: String?, figure: String?) throws -> HTTPResponse {
    let content = try evaluations.content(catalog.entry(id, .evaluation).url)
    let title = content.record.configuration
    let drawing =
      figure == "gap"
      ? SweepPlot.gap(content.summary, title: "\(title): self-play minus cross-play")
      : SweepPlot.svg(content.summary, title: "\(title): self-play and cross-play")
    guard let drawing else { throw HTTPRefusal(.notFound, "the evaluation has nothing to draw") }
    return HTTPResponse(drawing, type: "image/svg+xml")
  }

  // MARK: Games

  private struct PlayingRun: Encodable {
    let index: Int
    let name: String
    let diverged: Int?
  }

  private struct PlayingRuns: Encodable {
    let agents: Int
    let environment: String
    let runs: [PlayingRun]
  }

  /// The runs of a training or of a folder of policies that can sit in a seat.
  private func runs(_ id: String?) throws -> HTTPResponse {
    let entry = try catalog.entry(id, .training, .policies)
    guard entry.kind == .training else {
      let trained = try TrainedRuns(entry.url)
      return try HTTPResponse(
        json: PlayingRuns(
          agents: trained.environment.agentCount, environment: trained.environment.name,
          runs: trained.runs.map { PlayingRun(index: $0.index, name: $0.name, diverged: nil) }))
    }
    let folder = try trainings.folder(entry.url)
    let environment = try folder.configuration.makeEnvironment()
    let diverged = folder.checkpoints.reduce(into: [String: Int]()) { all, checkpoint in
      all.merge(checkpoint.description.diverged ?? [:]) { $1 }
    }
    return try HTTPResponse(
      json: PlayingRuns(
        agents: environment.agentCount, environment: environment.name,
        runs: folder.savedRuns.sorted { $0.index < $1.index }.map {
          PlayingRun(index: $0.index, name: $0.name, diverged: diverged[$0.name])
        }))
  }

  /// `ID:RUN,ID:RUN@UPDATE,you,random`, each percent-encoded.
  private func seats(_ text: String?) throws -> [SeatChoice] {
    guard let text, !text.isEmpty else { throw HTTPRefusal(.badRequest, "nobody sits at the table; choose policies") }
    let parts = text.split(separator: ",")
    guard parts.count <= 16 else { throw HTTPRefusal(.badRequest, "no game has \(parts.count) seats") }
    return try parts.map { part in
      guard let seat = part.removingPercentEncoding else { throw HTTPRefusal(.badRequest, "\(part) is no seat") }
      switch seat {
      case "you": return .person
      case "random": return .random
      default:
        let place = PolicyPlace(seat)
        return .policy(
          try catalog.entry(place.folder, .training, .policies), run: place.run, update: place.update)
      }
    }
  }

  private func mode(_ text: String?) throws -> EvaluationMode {
    guard let mode = EvaluationMode(text ?? "sampled") else {
      throw HTTPRefusal(.badRequest, "mode \(text ?? ""): expected \(EvaluationMode.choices)")
    }
    return mode
  }

  private func game(_ query: [String: String]) throws -> HTTPResponse {
    if let name = query["recorded"] {
      guard played.folder.names().contains(name) else {
        throw HTTPRefusal(.notFound, "there is no recorded game of this name")
      }
      let (key, game) = try tables.recorded(name)
      return try HTTPResponse(json: GameAnswer(key, game))
    }
    guard let seed = UInt64(query["seed"] ?? "0"), let number = Int(query["game"] ?? "1"),
      (1...GameTables.mostGames).contains(number)
    else {
      throw HTTPRefusal(.badRequest, "a seed is a whole number, a game is 1 to \(GameTables.mostGames)")
    }
    let seats = try seats(query["seats"])
    guard !seats.contains(.person) else { throw HTTPRefusal(.badRequest, "to play yourself, take a seat") }
    let (key, game) = try tables.watch(seats, mode: mode(query["mode"]), seed: seed, game: number)
    return try HTTPResponse(json: GameAnswer(key, game))
  }

  private func hanabLive(_ key: String?) throws -> HTTPResponse {
    var response = HTTPResponse(try tables.game(key).hanabLive(), type: "application/json")
    response.headers = [("Content-Disposition", "attachment; filename=\"hanab-live.json\"")]
    return response
  }

  // MARK: A seat for a person

  private struct Sitting: Encodable {
    let key: String
    let state: SeatSession.State
  }

  private static func decode<Body: Decodable>(_ data: Data) throws -> Body {
    guard let body = try? JSONDecoder().decode(Body.self, from: data) else {
      throw HTTPRefusal(.badRequest, "the body is not what this asks for")
    }
    return body
  }

  private func sit(_ data: Data) throws -> HTTPResponse {
    struct Body: Decodable {
      let seats: String
      let mode: String?
      let seed: UInt64?
    }
    let body: Body = try Self.decode(data)
    let (key, state) = try tables.sit(
      seats(body.seats), mode: mode(body.mode), seed: body.seed ?? UInt64.random(in: 0..<1 << 32))
    return try HTTPResponse(json: Sitting(key: key, state: state))
  }

  private func act(_ data: Data) throws -> HTTPResponse {
    struct Body: Decodable {
      let key: String
      let step: Int
      let action: Int
    }
    let body: Body = try Self.decode(data)
    return try HTTPResponse(
      json: Sitting(key: body.key, state: tables.act(body.key, step: body.step, action: body.action)))
  }

  private var scores: ScoresAnswer {
    let known = catalog.list(.training)
    let evaluations = catalog.list(.evaluation)
    return ScoresAnswer(played.folder, played.games()) { seat, mode in
      guard let training = known.first(where: { $0.path == seat.folder }),
        let folder = try? trainings.folder(training.url),
        let run = folder.savedRuns.first(where: { $0.name == seat.name }),
        let id = evaluation(of: training, among: evaluations),
        let entry = try? catalog.entry(id, .evaluation), let content = try? self.evaluations.content(entry.url),
        let row = content.summary.configurations.first(where: { $0.configuration == run.configurationName }),
        let numbers = row.modes.first(where: { $0.mode.description == mode })
      else { return nil }
      return (numbers.selfPlay, numbers.crossPlayAllTuples)
    }
  }
}
