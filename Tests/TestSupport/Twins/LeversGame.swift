import CShaders
import Environments
import VulkanCompute

/// The lever game written from its rules, slow and obvious: the twin of `Shaders/Levers/`.
public struct LeversGame: Sendable {
  public let rules: LeversParameters
  /// The levers of every round so far, one per player.
  public private(set) var rounds: [[Int]] = []

  /// The lever that the last round pays for, if the rules have a cue.
  public let cue: Int?

  public init(_ rules: LeversParameters, cue: Int? = nil) {
    self.rules = rules
    self.cue = cue
  }

  /// What the reset of an environment that starts its episode number `episode` from an empty start state makes of it.
  public init(_ rules: LeversParameters, seed: UInt64, environment: Int, episode: Int) {
    guard rules.cue else {
      self.init(rules)
      return
    }
    let bits = CounterRandom.words(seed: seed, purpose: PURPOSE_DEAL, UInt32(environment), UInt32(episode), 0).x
    self.init(rules, cue: Int(bits.multipliedFullWidth(by: UInt32(rules.leverCount)).high))
  }

  public var ended: Bool { rounds.count == rules.rounds }
  public var matched: Int { rounds.count { Set($0).count == 1 } }
  /// Of an ended game.
  public var outcomes: [Double] { [Double(matched) / Double(rounds.count)] }

  /// Everyone pulls a lever; returns the reward of everyone.
  public mutating func play(_ levers: [Int]) -> Double {
    rounds.append(levers)
    if let cue, !ended || Set(levers) != [cue] { return 0 }
    switch rules.pay {
    case .matching(let pays): return Set(levers).count == 1 ? pays[levers[0]] : 0
    case .pairs(let rows): return rows[levers[0]][levers[1]]
    }
  }

  /// The D features that `observer` sees.
  public func observation(of observer: Int) -> [Float] {
    var features: [Float] = [1]
    for round in 0..<rules.rounds { features.append(round == rounds.count ? 1 : 0) }
    if let cue { return features + (0..<rules.leverCount).map { rounds.isEmpty && $0 == cue ? 1 : 0 } }
    for offset in 0..<rules.players {
      let pulled = rounds.last?[(observer + offset) % rules.players]
      for lever in 0..<rules.leverCount { features.append(lever == pulled ? 1 : 0) }
    }
    return features
  }
}
