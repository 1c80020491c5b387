import Environments
import TestSupport
import Testing

/// Decks are shuffled fairly: chi-square of the four cards dealt, in first and in later episodes.
@Suite struct HanabiDealTests {
  @Test func everyDealIsAsLikelyAsItsCards() throws {
    let device = try TestDevice.make()
    let environments = 4096
    // tiny: 2 colours x 2 ranks, two copies of the lower and one of the higher rank.
    let play = try EnvironmentPlay(
      try hanabi(["preset": "tiny"]), seeds: [11], environments: environments, device: device)
    var deals: [[Int]: Int] = [:]
    var started = [Bool](repeating: true, count: environments)
    for _ in 0..<40 {
      let observations = try play.observations()
      for n in 0..<environments where started[n] {
        // Each seat sees the other's two cards, one-hot over four kinds, at the head of its observation.
        var hands: [Int] = []
        for seat in 0..<2 {
          let row = observations[n * 2 + seat]
          for slot in 0..<2 { hands.append((0..<4).first { row[slot * 4 + $0] == 1 } ?? -1) }
        }
        deals[hands, default: 0] += 1
      }
      try play.chooseRandomly()
      try play.step()
      started = try play.dones()
      try play.resetWhereDone()
      try play.observe()
    }
    let total = deals.values.reduce(0, +)
    #expect(total > 4 * environments, "several episodes per environment")
    let copies = [2, 1, 2, 1]
    var chiSquare = 0.0
    var kinds = 0
    for code in 0..<256 {
      let hand = (0..<4).map { code >> (2 * $0) & 3 }
      var left = copies
      var probability = 1.0
      for (drawn, card) in hand.enumerated() {
        probability *= Double(max(left[card], 0)) / Double(6 - drawn)
        left[card] -= 1
      }
      guard probability > 0 else {
        #expect(deals[hand] == nil, "\(hand) holds more copies than there are")
        continue
      }
      let expected = probability * Double(total)
      let deviation = Double(deals[hand] ?? 0) - expected
      chiSquare += deviation * deviation / expected
      kinds += 1
    }
    // Mean kinds - 1, standard deviation sqrt(2 (kinds - 1)): five of them.
    let freedom = Double(kinds - 1)
    #expect(chiSquare < freedom + 5 * (2 * freedom).squareRoot(), "\(chiSquare) for \(kinds) deals")
    device.requireNoValidationMessages()
  }
}
