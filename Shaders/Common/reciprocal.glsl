// 1 / n as float32, rounded to the nearest, for n from 1 to 511.
//
// Vulkan lets a division be off by 2.5 units in the last place ("Precision and Operation of SPIR-V Instructions"), so this
// one is corrected by its remainder, in integers:
//
//   1 / n = quotient / 2^(23 + e),   2^(e - 1) < n <= 2^e,   so 2^23 <= quotient <= 2^24
//
// Tests define DIVISION_ERROR, in such units, as for a driver that needs all of them.
#ifndef DIVISION_ERROR
#define DIVISION_ERROR 0
#endif

float reciprocal(uint n) {
  int e = findMSB(n - 1u) + 1;  // findMSB(0) is -1
  uint quotient = uint(uintBitsToFloat(uint(150 + e) << 23) * (1.0 / float(n))) + uint(DIVISION_ERROR);
  int twice_remainder = 2 * int(((1u << uint(22 + e)) << 1) - quotient * n);  // small, so modulo 2^32 will do
  int step = int(n);
  [[unroll]] for (int i = 1; i <= 7; i += 2) {
    quotient += uint(twice_remainder > i * step);
    quotient -= uint(twice_remainder < -i * step);
  }
  return float(quotient) * uintBitsToFloat(uint(104 - e) << 23);
}
