// What products are made of.
//
// In float32 everything goes in as it is. With PRECISION_MIXED inputs and weights are rounded to float16, to the nearest
// (finite numbers beyond its range to its largest; infinities and not-a-number stay), and products are exact and summed in
// float32. Gradients by outputs are scaled by `p.gradient_scale` before, a power of two, since most of them are too small
// for float16; sums of their products are scaled back. Bias gradients are sums of the same rounded gradients.
#ifdef PRECISION_MIXED
vec4 within_float16(vec4 x) { return mix(mix(clamp(x, -65504.0, 65504.0), x, isnan(x)), x, isinf(x)); }
vec4 operand(vec4 x) {
  vec4 inside = within_float16(x);
  return vec4(unpackHalf2x16(packHalf2x16(inside.xy)), unpackHalf2x16(packHalf2x16(inside.zw)));
}
#define SCALED(GRADIENT) ((GRADIENT) * p.gradient_scale)
#define UNSCALED(SUM) ((SUM) * uintBitsToFloat(0x7F000000u - floatBitsToUint(p.gradient_scale)))
#else
vec4 operand(vec4 x) { return x; }
#define SCALED(GRADIENT) (GRADIENT)
#define UNSCALED(SUM) (SUM)
#endif
