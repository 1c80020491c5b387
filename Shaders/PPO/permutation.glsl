// The order in which an epoch visits the rows of a rollout: whole sequences of the actors (environment, agent), as
// JaxMARL's minibatches; actors are permuted, time is kept. Minibatch m holds the T rows of the actors
// permutation(m a) ..< permutation((m + 1) a), a = N A / minibatches, time slowest.
//
// The permutation is a pseudo-random one of 0 ..< count, computed at any position without a table: a six-round Feistel network over
// the smallest even number of bits that holds count, walked until it lands below count (Black and Rogaway, "Ciphers with
// arbitrary finite domains", CT-RSA 2002).
#include "Common/random.glsl"

struct Permutation {
  uint count;
  uint half_bits;
  uvec4 keys0;
  uvec4 keys1;
};

Permutation make_permutation(uint count, uvec2 seed, uint update, uint epoch) {
  Permutation p;
  p.count = count;
  uint bits = count > 1u ? uint(findMSB(count - 1u)) + 1u : 1u;
  p.half_bits = (bits + 1u) / 2u;
  p.keys0 = random_words(seed, PURPOSE_PERMUTE_ROWS, update, epoch, 0u);
  p.keys1 = random_words(seed, PURPOSE_PERMUTE_ROWS, update, epoch, 1u);
  return p;
}

// The finaliser of MurmurHash3 as the round function.
uint feistel_round(uint half_word, uint key) {
  uint h = half_word ^ key;
  h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
  h = (h ^ (h >> 13)) * 0xC2B2AE35u;
  return h ^ (h >> 16);
}

uint permuted(Permutation p, uint position) {
  uint mask = (1u << p.half_bits) - 1u;
  uint x = position;
  do {
    uint left = x >> p.half_bits;
    uint right = x & mask;
    left ^= feistel_round(right, p.keys0.x) & mask;
    right ^= feistel_round(left, p.keys0.y) & mask;
    left ^= feistel_round(right, p.keys0.z) & mask;
    right ^= feistel_round(left, p.keys0.w) & mask;
    left ^= feistel_round(right, p.keys1.x) & mask;
    right ^= feistel_round(left, p.keys1.y) & mask;
    x = (left << p.half_bits) | right;
  } while (x >= p.count);
  return x;
}

// The rollout row (t, n, agent) at `position` of the epoch; B = minibatch_rows, p.count = N * A.
uint row_of_epoch(Permutation p, uint position, uint minibatch_rows, uint steps) {
  uint actors = minibatch_rows / steps;  // of one minibatch
  uint minibatch = position / minibatch_rows;
  uint place = position % minibatch_rows;
  return place / actors * p.count + permuted(p, minibatch * actors + place % actors);
}
