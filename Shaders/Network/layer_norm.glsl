// What the kernels of layer normalisation share: NORMALISED_ROWS rows in a workgroup, each with ROW_LANES invocations, of
// which lane l has the quads l, l + ROW_LANES, … of a row's columns.
shared vec2 lane_values[NORMALISED_ROWS * ROW_LANES];

// The sum over the invocations of a row, first lane first, to each of them. All invocations must take part.
vec2 row_sum(vec2 value) {
  uint lane = gl_LocalInvocationID.x;
  lane_values[lane] = value;
  barrier();
  vec2 sum = vec2(0.0);
  [[unroll]] for (uint i = 0u; i < ROW_LANES; ++i) sum += lane_values[lane / ROW_LANES * ROW_LANES + i];
  barrier();
  return sum;
}

// 1 for the columns of a quad that are no padding, else 0.
vec4 inside(uint quad) {
  uint column = 4u * quad;
  return vec4(lessThan(uvec4(column, column + 1u, column + 2u, column + 3u), uvec4(p.width)));
}
