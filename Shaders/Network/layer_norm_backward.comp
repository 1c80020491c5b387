#version 450
// dZ = r (g - mean(g) - n mean(g n)),  g = dY scale,  n = (Z - mean(Z)) r     dY, Z, dZ (C, Hp); scale (Hp)
//
// dY is the gradient by the outputs before the activation, r is 1 / standard deviation; means are those of the first H
// numbers of a row. Padding of dZ becomes 0. Where gradients are scaled, dZ is as much as dY.
// ROW_LANES invocations per row, NORMALISED_ROWS rows per workgroup; x = row and lane, y = run of the window. Rows at and
// beyond the row count are not written.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/row_numbers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { NormalisationDispatch p; };

INPUT(0, ROW_QUAD, output_gradients);  // (R, C, Hp / 4)
INPUT(1, vec4, sums);              // (R, C, Hp / 4)
INPUT(2, vec2, moments);           // (R, C): mean, r
INPUT(3, vec4, parameters);        // (policies, P / 4)
INPUT(4, uint, row_counts);        // (R, counts)
INPUT(5, uint, policy_indices);    // (R)
OUTPUT(6, ROW_QUAD, sum_gradients);    // (R, C, Hp / 4)

#include "Network/layer_norm.glsl"

void main() {
  uint run = gl_GlobalInvocationID.y;
  uint row = gl_GlobalInvocationID.x / ROW_LANES;
  uint lane = gl_GlobalInvocationID.x % ROW_LANES;
  uint count = min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]);
  uint quads = row < count ? p.columns / 4u : 0u;
  uint place = (run * p.value_stride + row * p.columns) / 4u;
  uint scales = (policy_indices[run * p.policy_index_stride] * p.parameter_stride + p.scale_offset) / 4u;
  vec2 moment = row < count ? moments[run * p.moment_stride / 2u + row] : vec2(0.0);

  // Padding adds nothing, since its scale is 0.
  vec4 gradient_sum = vec4(0.0);
  vec4 product_sum = vec4(0.0);
  for (uint quad = lane; quad < quads; quad += ROW_LANES) {
    vec4 gradient = from_row(output_gradients[place + quad]) * parameters[scales + quad];
    gradient_sum += gradient;
    product_sum = fma(gradient, (sums[place + quad] - moment.x) * moment.y, product_sum);
  }
  vec2 means = row_sum(
    vec2(gradient_sum.x + gradient_sum.y + gradient_sum.z + gradient_sum.w,
         product_sum.x + product_sum.y + product_sum.z + product_sum.w)) / float(p.width);

  for (uint quad = lane; quad < quads; quad += ROW_LANES) {
    vec4 gradient = from_row(output_gradients[place + quad]) * parameters[scales + quad];
    vec4 normalised = (sums[place + quad] - moment.x) * moment.y;
    sum_gradients[place + quad] =
        to_row(fma(-normalised, vec4(means.y), gradient - means.x) * moment.y * inside(quad));
  }
}
