// Activations that the compiler vectorises.
#ifndef CROSSPLAY_ACTIVATION_H
#define CROSSPLAY_ACTIVATION_H
#include "exponential.h"
#include <stdint.h>
#include <string.h>

// e / (e + 2), e = exp(2x) - 1 = 2^n (exp(r) - 1) + (2^n - 1): nothing cancels, for n = 0 the second term is 0.
ALWAYS_INLINED float tanh_of(float x) {
  float t = 2.0f * x;
  t = t > 20.0f ? 20.0f : t;
  t = t < -20.0f ? -20.0f : t;  // not-a-number stays
  float shifted = shifted_exponent_of(t);
  // 2^n: n + 127 in the bits of the exponent.
  uint32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits << 23) + (UINT32_C(127) << 23);
  float power;
  memcpy(&power, &bits, sizeof power);
  float e = power * exp_of_rest_less_1(t, shifted - WHOLE_NUMBERS) + (power - 1.0f);
  return e / (e + 2.0f);
}

#endif
