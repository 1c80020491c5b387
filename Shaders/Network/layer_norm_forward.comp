#version 450
// Y = act(scale (Z - mean) r + bias),  r = 1 / sqrt(variance + EPSILON)     Z, Y (C, Hp); scale, bias (Hp)
//
// Mean and variance are those of the first H numbers of a row of Z; the variance is the mean square of what differs from
// the mean. Padding of scale and bias is 0, and so is that of Y. `moments` keeps mean and r for the way back.
// ROW_LANES invocations per row, NORMALISED_ROWS rows per workgroup; x = row and lane, y = run of the window. Rows at and
// beyond the row count are not written.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/activation.glsl"
#include "Network/row_numbers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { NormalisationDispatch p; };

INPUT(0, vec4, sums);            // (R, C, Hp / 4)
INPUT(1, vec4, parameters);      // (policies, P / 4)
INPUT(2, uint, row_counts);      // (R, counts)
INPUT(3, uint, policy_indices);  // (R)
OUTPUT(4, ROW_QUAD, outputs);    // (R, C, Hp / 4)
OUTPUT(5, vec2, moments);        // (R, C): mean, r

#include "Network/layer_norm.glsl"

void main() {
  uint run = gl_GlobalInvocationID.y;
  uint row = gl_GlobalInvocationID.x / ROW_LANES;
  uint lane = gl_GlobalInvocationID.x % ROW_LANES;
  uint count = min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]);
  uint quads = row < count ? p.columns / 4u : 0u;
  uint place = (run * p.value_stride + row * p.columns) / 4u;

  vec4 total = vec4(0.0);
  for (uint quad = lane; quad < quads; quad += ROW_LANES) total += sums[place + quad];
  float mean = row_sum(vec2(total.x + total.y + total.z + total.w, 0.0)).x / float(p.width);

  vec4 squares = vec4(0.0);
  for (uint quad = lane; quad < quads; quad += ROW_LANES) {
    vec4 deviation = (sums[place + quad] - mean) * inside(quad);
    squares = fma(deviation, deviation, squares);
  }
  float variance = row_sum(vec2(squares.x + squares.y + squares.z + squares.w, 0.0)).x / float(p.width);
  float scale = 1.0 / sqrt(variance + EPSILON);

  uint base = policy_indices[run * p.policy_index_stride] * p.parameter_stride;
  uint scales = (base + p.scale_offset) / 4u;
  uint biases = (base + p.bias_offset) / 4u;
  for (uint quad = lane; quad < quads; quad += ROW_LANES) {
    vec4 normalised = (sums[place + quad] - mean) * scale;
    outputs[place + quad] = to_row(activate(fma(normalised, parameters[scales + quad], parameters[biases + quad])));
  }
  if (row < count && lane == 0u) moments[run * p.moment_stride / 2u + row] = vec2(mean, scale);
}
