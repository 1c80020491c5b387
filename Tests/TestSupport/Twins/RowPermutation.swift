import CShaders
import VulkanCompute

/// Twin of Shaders/PPO/permutation.glsl: a bijection of 0 ..< count that is a function of (seed, update, epoch).
public struct RowPermutation {
  public let count: Int
  private let halfBits: Int
  private let keys: [UInt32]

  public init(count: Int, seed: UInt64, update: Int, epoch: Int) {
    self.count = count
    var bits = 1
    while 1 << bits < count { bits += 1 }
    halfBits = (bits + 1) / 2
    let words = (0..<2).map {
      CounterRandom.words(seed: seed, purpose: PURPOSE_PERMUTE_ROWS, UInt32(update), UInt32(epoch), UInt32($0))
    }
    keys = [words[0].x, words[0].y, words[0].z, words[0].w, words[1].x, words[1].y]
  }

  public subscript(position: Int) -> Int {
    var x = position
    repeat { x = encrypt(x) } while x >= count
    return x
  }

  /// Six Feistel rounds on two halves, which swap roles every round.
  private func encrypt(_ x: Int) -> Int {
    let mask = UInt32(1 << halfBits - 1)
    var halves = [UInt32(x >> halfBits), UInt32(x) & mask]
    for (round, key) in keys.enumerated() {
      halves[round % 2] ^= Self.mix(halves[1 - round % 2] ^ key) & mask
    }
    return Int(halves[0]) << halfBits | Int(halves[1])
  }

  /// The finaliser of MurmurHash3.
  private static func mix(_ word: UInt32) -> UInt32 {
    var h = word
    h = (h ^ (h >> 16)) &* 0x85EB_CA6B
    h = (h ^ (h >> 13)) &* 0xC2B2_AE35
    return h ^ (h >> 16)
  }
}
