import Environments
import Evaluation
import Files
import Foundation
import Policies

/// One game that was played, with all that is needed to show it again: states, actions, rewards, and what the policies made
/// of every state. No device has a part in showing it.
public struct GameRecord: Sendable, Codable {
  /// Who sat in a seat.
  public struct Seat: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Codable { case person, policy, random }

    public let kind: Kind
    /// Of the policy's run; what a person is called; `random`.
    public let name: String
    /// The folder of the policy's training and the number of its run there; nil for others.
    public let folder: String?
    public let run: Int?
    /// Finished updates of the policy.
    public let update: Int?

    public init(kind: Kind, name: String, folder: String? = nil, run: Int? = nil, update: Int? = nil) {
      (self.kind, self.name, self.folder, self.run, self.update) = (kind, name, folder, run, update)
    }

    public static let person = Seat(kind: .person, name: "you")
    public static let random = Seat(kind: .random, name: "random")
  }

  public struct Decision: Sendable, Hashable, Codable {
    /// Ascending.
    public let legal: [Int]
    /// One per legal action; empty where nobody's policy sat there.
    public let probabilities: [Float]
    public let value: Float?
  }

  public struct Step: Sendable, Hashable, Codable {
    /// S words before the actions.
    public let state: [UInt32]
    /// (A)
    public let actions: [Int]
    public let rewards: [Float]
    public let decisions: [Decision]
  }

  static let format = "crossplay-game-1"

  public let format: String
  public private(set) var documentHash: String?
  /// When the game was over, as ISO 8601.
  public let date: String
  public let program: String
  public let environment: PolicyDescription.Environment
  public let seats: [Seat]
  public let mode: String
  public let seed: UInt64
  /// Which game of this seed, from 1.
  public let game: Int
  public private(set) var steps: [Step] = []
  /// S words after the last step; before the first, those that the game begins with.
  public private(set) var finalState: [UInt32] = []
  /// Of the whole game, mean over the seats.
  public private(set) var episodeReturn: Double?
  public private(set) var outcomes: [String: Float] = [:]

  enum CodingKeys: String, CodingKey {
    case format, date, program, environment, seats, mode, seed, game, steps, outcomes
    case documentHash = "document_hash"
    case finalState = "final_state"
    case episodeReturn = "episode_return"
  }

  /// A game that begins.
  public init(
    _ environment: any Environment, seats: [Seat], mode: String, seed: UInt64, game: Int = 1, date: Date = .now
  ) {
    format = Self.format
    documentHash = SealedJSON.zeros
    self.date = date.formatted(.iso8601)
    program = Version.identity
    self.environment = PolicyDescription.Environment(environment)
    (self.seats, self.mode, self.seed, self.game) = (seats, mode, seed, game)
  }

  public var isOver: Bool { episodeReturn != nil }

  /// S words after `count` steps.
  public func state(after count: Int) -> [UInt32] { count < steps.count ? steps[count].state : finalState }

  public mutating func add(_ step: WatchedStep, outcomeNames: [String]) {
    let decisions = zip(seats, step.decisions).map { seat, decision in
      let isPolicy = seat.kind == .policy
      return Decision(
        legal: decision.legalActions, probabilities: isPolicy ? decision.probabilities.map(Float.init) : [],
        value: isPolicy ? decision.value.flatMap { $0.isFinite ? Float($0) : nil } : nil)
    }
    steps.append(Step(state: step.before, actions: step.actions, rewards: step.rewards, decisions: decisions))
    finalState = step.after
    guard let end = step.end else { return }
    episodeReturn = end.episodeReturn
    outcomes = Dictionary(zip(outcomeNames, end.outcomes)) { first, _ in first }
  }

  /// The state that the next step begins with, S words.
  public mutating func continues(in state: [UInt32]) { finalState = state }

  /// The game that is played here.
  ///
  /// - Throws: `FileFailure` where this program does not have it.
  public func makeEnvironment(_ file: URL) throws -> any Environment {
    do {
      let game = try EnvironmentRegistry.make(
        name: environment.name, parameters: EnvironmentParameters(environment.parameters))
      let sizes = ([finalState] + steps.map(\.state)).allSatisfy { $0.count == game.stateWordCount }
      guard PolicyDescription.Environment(game).version == environment.version, sizes, seats.count == game.agentCount,
        steps.allSatisfy({ step in
          step.actions.count == seats.count && step.decisions.count == seats.count
            && (step.actions + step.decisions.flatMap(\.legal)).allSatisfy((0..<game.actionCount).contains)
        })
      else { throw FileFailure(file.relativePath, "is of another version of \(environment.name)") }
      return game
    } catch let invalid as EnvironmentParameters.Invalid {
      throw FileFailure(file.relativePath, "is of a game that cannot be shown here: \(invalid)")
    }
  }
}

/// Games that people have played, one file each.
public struct PlayedGamesFolder: Sendable {
  public let url: URL

  public init(_ url: URL) { self.url = url }

  private static let suffix = ".game.json"

  /// The names of all games, the latest first.
  public func names() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return names.filter { $0.hasSuffix(Self.suffix) && !$0.hasPrefix(".") }.sorted(by: >)
      .map { String($0.dropLast(Self.suffix.count)) }
  }

  private func place(_ name: String) -> URL { url.appendingPathComponent(name + Self.suffix) }

  /// - Throws: `FileFailure` for a name that `names` does not give, and for a file that is damaged.
  public func read(_ name: String) throws -> (record: GameRecord, environment: any Environment) {
    guard names().contains(name), let data = FileManager.default.contents(atPath: place(name).path) else {
      throw FileFailure(url.relativePath, "holds no game \(name)")
    }
    let file = place(name)
    guard SealedJSON.isWhole(data) == true, let record = try? JSONDecoder().decode(GameRecord.self, from: data),
      record.format == GameRecord.format
    else { throw FileFailure(file.relativePath, "is damaged, or no game that crossplay has recorded") }
    return (record, try record.makeEnvironment(file))
  }

  /// Writes a game that is over.
  ///
  /// - Returns: Its name.
  /// - Throws: `FileFailure`.
  @discardableResult public func write(_ record: GameRecord) throws -> String {
    try Folder.make(url)
    let base = "\(record.date.filter { $0 != ":" })-\(record.environment.name)"
    var (name, number) = (base, 1)
    while FileManager.default.fileExists(atPath: place(name).path) {
      number += 1
      name = "\(base)-\(number)"
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(SealedJSON.seal(encoder.encode(record)), to: place(name))
    return name
  }
}
