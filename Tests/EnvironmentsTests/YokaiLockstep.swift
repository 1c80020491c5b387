import CShaders
import Environments
import TestSupport
import Testing
import VulkanCompute

/// Games on the device and in the twin, step by step with the same actions: everything must be equal, always.
struct YokaiLockstep {
  let environment: YokaiEnvironment
  let play: EnvironmentPlay
  let seed: UInt64
  private let device: Device
  private let rules: YokaiParameters
  private var games: [YokaiGame]
  private var episodes: [Int]
  /// Steps of all games of an environment, which the shaping is annealed by.
  private var transitions: [Int]
  /// The first thing that the device must have complained of, per environment.
  private var errors: [UInt32]
  private var step = 0
  /// Games that are over.
  private(set) var gameCount = 0

  init(
    _ configuration: [String: ParameterValue], environments: Int, seed: UInt64,
    validation: Validation = .synchronization,
    profile: DeviceProfile = .software
  ) throws {
    environment = try yokai(configuration)
    self.seed = seed
    rules = environment.parameters
    device = try TestDevice.make(validation: validation, profile: profile)
    play = try EnvironmentPlay(environment, seeds: [seed], environments: environments, device: device)
    games = (0..<environments).map { [rules] in
      YokaiGame.dealt(rules: rules, seed: seed, environment: $0, episode: 0)
    }
    episodes = Array(repeating: 0, count: environments)
    transitions = episodes
    errors = Array(repeating: 0, count: environments)
  }

  /// Plays so many steps of every environment, with auto-reset.
  mutating func run(steps: Int) throws {
    for _ in 0..<steps {
      guard try advance() else { return }
    }
    device.requireNoValidationMessages()
  }

  /// Plays until so many games are over.
  mutating func run(games: Int) throws {
    while gameCount < games {
      guard try advance() else { return }
    }
    device.requireNoValidationMessages()
  }

  /// One step; false after a difference.
  private mutating func advance() throws -> Bool {
    try play.observe()
    let (observations, masks) = try (play.packedObservations(), play.packedMasks())
    let players = rules.players
    let (rowWords, maskWords) = (environment.observationWordCount, environment.maskWordCount)
    var actions: [UInt32] = []
    var chosen: [YokaiGame.Action?] = []
    for (index, game) in games.enumerated() {
      var choices: [YokaiGame.Action] = []
      for seat in 0..<players {
        let row = index * players + seat
        let seen = game.observation(of: seat)
        let found = observations[row * rowWords..<(row + 1) * rowWords]
        guard
          report(
            seen.count == environment.observationFeatureCount && found.starts(with: seen.words)
              && found.dropFirst(seen.words.count).allSatisfy { $0 == 0 }, "observation", index, seat)
        else { return false }
        let legal = game.choices(of: seat)
        if seat == game.player { choices = legal }
        let mask = game.mask(of: legal, words: maskWords)
        guard report(masks[row * maskWords..<(row + 1) * maskWords].elementsEqual(mask), "mask", index, seat) else {
          return false
        }
      }
      let (choice, numbers) = choose(game, choices, index)
      chosen.append(choice)
      actions += numbers
    }
    try play.setActions(actions)
    try play.step()
    let (rewards, dones, states, outcomes) = try (play.rewards(), play.dones(), play.states(), play.outcomes())
    let shaped = try play.shapedRewards()
    for index in games.indices {
      var reward: Float = 0
      let before = games[index]
      let weight = shapingWeight(after: transitions[index])
      if let choice = chosen[index] {
        reward = games[index].play(choice)
        transitions[index] += 1
      } else if errors[index] == 0 {
        errors[index] = ERROR_ILLEGAL_ACTION
      }
      let game = games[index]
      let progress = game.potential - before.potential
      let shapes =
        shaped?[index * players..<(index + 1) * players].allSatisfy {
          abs(Double($0) - Double(weight) * progress) < 1e-6
        } ?? true
      var state = game.state(episode: episodes[index])
      state.transitions = environment.shapesRewards ? transitions[index] : nil
      guard report(rewards[index * players..<(index + 1) * players].allSatisfy { $0 == reward }, "reward", index),
        report(dones[index] == game.ended, "done", index),
        report(shapes, "shaped reward", index), report(states[index] == state.words, "state", index)
      else { return false }
      if game.ended {
        guard report(outcomes[8 * index..<8 * index + 8].elementsEqual(game.outcomes), "outcomes", index) else {
          return false
        }
        episodes[index] += 1
        gameCount += 1
        games[index] = YokaiGame.dealt(rules: rules, seed: seed, environment: index, episode: episodes[index])
      }
    }
    guard report(try play.errors() == errors, "errors", 0) else { return false }
    try play.resetWhereDone()
    step += 1
    return true
  }

  /// Weight of a step's shaped reward after so many steps of its environment.
  private func shapingWeight(after transitions: Int) -> Float {
    let (weight, horizon) = (Float(rules.shaping.weight), Float(rules.shaping.horizon))
    guard horizon > 0 else { return weight }
    return weight * max(0, 1 - Float(transitions) * Float(games.count) / horizon)
  }

  /// A random legal action for the player to move; every other environment seldom ends a game early, so that all hints
  /// get used. Now and then an illegal action of any seat, with nil.
  private func choose(
    _ game: YokaiGame, _ choices: [YokaiGame.Action], _ index: Int
  ) -> (YokaiGame.Action?, [UInt32]) {
    let bits = CounterRandom.words(
      seed: seed, purpose: PURPOSE_RANDOM_PLAY, UInt32(index), UInt32(step), 0)
    let mayEnd = index % 2 == 0 || bits.y % 8 == 0
    let count = choices.last == .end && !mayEnd ? choices.count - 1 : choices.count
    let choice = choices[CounterRandom.index(bits.x, below: count)]
    let nothing = UInt32(game.number(of: .nothing))
    var numbers = [UInt32](repeating: nothing, count: rules.players)
    numbers[game.player] = UInt32(game.number(of: choice))
    guard bits.z % 32 == 0 else { return (choice, numbers) }
    let seat = Int(bits.w >> 16) % rules.players
    let number = bits.w % UInt32(environment.actionCount + 40)
    let isLegal =
      seat == game.player
      ? choices.contains { game.number(of: $0) == number } : number == nothing
    guard !isLegal else { return (choice, numbers) }
    numbers[seat] = number
    return (nil, numbers)
  }

  private func report(_ equal: Bool, _ what: String, _ index: Int, _ seat: Int? = nil) -> Bool {
    if !equal {
      let state = environment.render(state: games[index].state(episode: episodes[index]).words)
      Issue.record("step \(step): \(what) of environment \(index)\(seat.map { ", seat \($0)" } ?? "")\n\(state)")
    }
    return equal
  }
}
