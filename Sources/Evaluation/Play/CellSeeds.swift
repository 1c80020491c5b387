import CShaders
import VulkanCompute

/// The seed of a team's games: a function of the evaluation's seed and of the names in the seats, so that a cell's bytes
/// do not depend on which other cells are played, in which order, or in which process.
enum CellSeeds {
  static func seed(evaluation: UInt64, team: [String]) -> UInt64 {
    team.enumerated().reduce(evaluation) { seed, entry in
      let name = CounterRandom.words(of: ContentHash(entry.element).low)
      let words = CounterRandom.words(
        seed: seed, purpose: PURPOSE_SEAT_POLICY, UInt32(entry.offset), name.x, name.y)
      return UInt64(words.y) << 32 | UInt64(words.x)
    }
  }
}
