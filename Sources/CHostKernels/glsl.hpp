// GLSL's types and built-in functions, as far as the files below Shaders/ use them that kernels and the host share. Such a
// file is included inside a struct (bound.hpp) whose members have the names of the kernel's buffers, so that its functions
// find them.
#pragma once
#include "CShaders.h"
#include "exponential.h"

namespace glsl {

struct uvec2 {
  uint x, y;
  uvec2() = default;
  uvec2(uint x, uint y) : x(x), y(y) {}
  void operator+=(uvec2 other) { x += other.x, y += other.y; }
};

struct uvec4 {
  uint x, y, z, w;
  uvec4() = default;
  uvec4(uint x, uint y, uint z, uint w) : x(x), y(y), z(z), w(w) {}
};

inline void umulExtended(uint a, uint b, uint &high, uint &low) {
  unsigned long long product = static_cast<unsigned long long>(a) * b;
  high = static_cast<uint>(product >> 32);
  low = static_cast<uint>(product);
}

// Into whichever version of a function calls them, without optimisation, too: multiply-adds are fused where the instruction
// set has them, so that a copy of its own would round differently.
#pragma clang attribute push(__attribute__((always_inline)), apply_to = function)

inline int bitCount(uint bits) { return __builtin_popcount(bits); }
inline int findLSB(uint bits) { return bits == 0 ? -1 : __builtin_ctz(bits); }
inline int findMSB(uint bits) { return bits == 0 ? -1 : 31 - __builtin_clz(bits); }
inline uint floatBitsToUint(float x) { return __builtin_bit_cast(uint, x); }
inline float uintBitsToFloat(uint bits) { return __builtin_bit_cast(float, bits); }

inline float min(float a, float b) { return b < a ? b : a; }
inline float max(float a, float b) { return a < b ? b : a; }
inline float clamp(float x, float low, float high) { return min(max(x, low), high); }
inline float abs(float x) { return __builtin_fabsf(x); }

// exp(x) to 2e-7. Below -87 the result is 0, above 88.7 infinite.
inline float exp(float x) {
  float t = clamp(x, -88.0f, 89.0f);
  float n = exponent_of(t);
  float e = exp_of_rest(t, n);
  // 2^n in two factors, each of them a number that is not denormal.
  int half = static_cast<int>(n == n ? n : 0.0f) / 2, rest = static_cast<int>(n == n ? n : 0.0f) - half;
  e = e * uintBitsToFloat(static_cast<uint>(half + 127) << 23) * uintBitsToFloat(static_cast<uint>(rest + 127) << 23);
  return x < -87.0f ? 0.0f : e;  // not-a-number stays
}

inline float log(float x) { return __builtin_logf(x); }
inline float sqrt(float x) { return __builtin_sqrtf(x); }

#pragma clang attribute pop

}  // namespace glsl
