// Counter-based random numbers: Philox-4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011). A number is a function of (run seed, purpose, position) and of nothing else.
#include "Common/purposes.h"

uvec4 philox4x32(uvec4 counter, uvec2 key) {
  for (uint round = 0u; round < 10u; ++round) {
    uint high0, low0, high1, low1;
    umulExtended(0xD2511F53u, counter.x, high0, low0);
    umulExtended(0xCD9E8D57u, counter.z, high1, low1);
    counter = uvec4(high1 ^ counter.y ^ key.x, low1, high0 ^ counter.w ^ key.y, low0);
    key += uvec2(0x9E3779B9u, 0xBB67AE85u);
  }
  return counter;
}

// Four random words for position (a, b, c).
uvec4 random_words(uvec2 seed, uint purpose, uint a, uint b, uint c) {
  return philox4x32(uvec4(a, b, c, purpose), seed);
}

// Uniform in [0, 1), 24 bits.
float to_unit_float(uint bits) { return float(bits >> 8) * (1.0 / 16777216.0); }

// Uniform in 0 ..< count; the bias is below count / 2^32.
uint to_index(uint bits, uint count) {
  uint high, low;
  umulExtended(bits, count, high, low);
  return high;
}
