// How rows of hidden outputs, and of their gradients, lie in memory: as float32, or with HALF_ROWS as float16, two to a
// word; gradients are scaled by a power of two then. Buffers of them are declared with four numbers as ROW_QUAD.
#ifdef HALF_ROWS
#define PRECISION_MIXED
#include "Network/precision.glsl"
#define ROW_QUAD uvec2
vec4 from_row(uvec2 halves) { return float16_values(uvec4(halves.x, halves.x >> 16, halves.y, halves.y >> 16)); }
uvec2 to_row(vec4 x) {
  uvec4 halves = float16_bits(x);
  return halves.xz | (halves.yw << 16);
}
// A gradient as it was before it was scaled.
#define GRADIENT_FROM_ROW(QUAD, SCALE) (from_row(QUAD) * inverse_scale(SCALE))
#else
#define ROW_QUAD vec4
vec4 from_row(vec4 x) { return x; }
vec4 to_row(vec4 x) { return x; }
#define GRADIENT_FROM_ROW(QUAD, SCALE) (QUAD)
#endif
