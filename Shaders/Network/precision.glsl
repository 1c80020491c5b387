// What products are made of.
//
// In float32 everything goes in as it is. With PRECISION_MIXED inputs and weights are rounded to float16, to the nearest
// (finite numbers beyond its range to its largest; infinities and not-a-number stay), and products are exact and summed in
// float32. Gradients by outputs are scaled by `p.gradient_scale` before, a power of two, since most of them are too small
// for float16; sums of their products are scaled back. Bias gradients are sums of the same rounded gradients.
#ifdef PRECISION_MIXED
// Integers do the rounding: packHalf2x16 may round up or down, compilers fold it with unpackHalf2x16, and isnan may be
// taken to be false.

// x as float16, ties to even, in the lower halves of four words.
uvec4 float16_bits(vec4 x) {
  uvec4 bits = floatBitsToUint(x);
  uvec4 magnitude = bits & 0x7FFFFFFFu;
  uvec4 finite = min(magnitude, uvec4(0x477FE000u));  // 65504
  // From 2^-14 on: 13 bits of the fraction go, and the exponent has another bias.
  uvec4 rounded = (finite + 0xFFFu + ((finite >> 13) & 1u) - 0x38000000u) >> 13;
  // Below: multiples of 2^-24.
  uvec4 fraction = (finite & 0x7FFFFFu) | 0x800000u;
  uvec4 shift = min(126u - min(finite >> 23, uvec4(125u)), uvec4(25u));
  uvec4 small = (fraction + ((uvec4(1u) << (shift - 1u)) - 1u) + ((fraction >> shift) & 1u)) >> shift;
  rounded = mix(rounded, small, lessThan(finite, uvec4(0x38800000u)));
  rounded = mix(rounded, uvec4(0x7C00u), greaterThanEqual(magnitude, uvec4(0x7F800000u)));
  rounded |= mix(uvec4(0u), uvec4(0x200u), greaterThan(magnitude, uvec4(0x7F800000u)));
  return ((bits >> 16) & 0x8000u) | rounded;
}

// The number that the lower half of each word is as float16.
vec4 float16_values(uvec4 bits) {
  uvec4 magnitude = bits & 0x7FFFu;
  uvec4 wide = (magnitude << 13) + 0x38000000u;
  wide = mix(wide, floatBitsToUint(vec4(magnitude) * (1.0 / 16777216.0)), lessThan(magnitude, uvec4(0x400u)));
  wide |= mix(uvec4(0u), uvec4(0x7F800000u), greaterThanEqual(magnitude, uvec4(0x7C00u)));
  return uintBitsToFloat(((bits & 0x8000u) << 16) | wide);
}

vec4 operand(vec4 x) { return float16_values(float16_bits(x)); }
// 1 / scale of a power of two.
float inverse_scale(float scale) { return uintBitsToFloat(0x7F000000u - floatBitsToUint(scale)); }
#define SCALED(GRADIENT) ((GRADIENT) * p.gradient_scale)
#define UNSCALED(SUM) ((SUM) * inverse_scale(p.gradient_scale))
#else
vec4 operand(vec4 x) { return x; }
#define SCALED(GRADIENT) (GRADIENT)
#define UNSCALED(SUM) (SUM)
#endif
