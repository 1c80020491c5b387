// exp(t) = 2^n exp(r), n = round(t / log 2): the parts that the loops over layers (C) and the functions of kernels (C++) share.
#ifndef CROSSPLAY_EXPONENTIAL_H
#define CROSSPLAY_EXPONENTIAL_H

#define ALWAYS_INLINED static inline __attribute__((always_inline))

#define WHOLE_NUMBERS 12582912.0f  // 1.5 * 2^23: sums with it have no bits below 1

// n + WHOLE_NUMBERS, n a whole number, for |t| below 2^22: the lowest bits are those of n.
ALWAYS_INLINED float shifted_exponent_of(float t) { return t * 1.44269504f + WHOLE_NUMBERS; }

// n
ALWAYS_INLINED float exponent_of(float t) { return shifted_exponent_of(t) - WHOLE_NUMBERS; }

// exp(r) - 1, r = t - n log 2, |r| <= log(2) / 2, by its series up to r^7; to 2e-7 of itself.
ALWAYS_INLINED float exp_of_rest_less_1(float t, float n) {
  float r = (t - n * 0.693359375f) + n * 2.12194440e-4f;  // log 2 in two parts
  float e = 1.0f / 5040.0f;
  e = e * r + 1.0f / 720.0f;
  e = e * r + 1.0f / 120.0f;
  e = e * r + 1.0f / 24.0f;
  e = e * r + 1.0f / 6.0f;
  e = e * r + 0.5f;
  e = e * r + 1.0f;
  return e * r;
}

// exp(r)
ALWAYS_INLINED float exp_of_rest(float t, float n) { return exp_of_rest_less_1(t, n) + 1.0f; }

#endif
