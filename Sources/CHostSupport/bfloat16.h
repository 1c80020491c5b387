// Numbers of 16 bits that are the upper half of a float32.
#ifndef CROSSPLAY_BFLOAT16_H
#define CROSSPLAY_BFLOAT16_H
#include <stdint.h>
#include <string.h>

#define BFLOAT16_INLINED static inline __attribute__((always_inline))

BFLOAT16_INLINED float widened(uint16_t number) {
  const uint32_t bits = (uint32_t)number << 16;
  float result;
  memcpy(&result, &bits, sizeof result);
  return result;
}

// To the nearest, ties to even; infinities and not-a-number stay.
BFLOAT16_INLINED uint16_t rounded(float number) {
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  const uint32_t nearest = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
  return (uint16_t)(number == number ? nearest : bits >> 16 | 0x40);
}

#endif
