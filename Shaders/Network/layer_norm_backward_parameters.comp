#version 450
// dscale += column sums of dY n,  dbias += column sums of dY,  n = (Z - mean(Z)) r
//   dY, Z (C, Hp), dscale, dbias (Hp), inside gradients (splits, P)
//
// One invocation has four columns: it starts from what stands in `gradients` and walks the rows of its split in order.
// Minibatch row r belongs to split (r / SPLIT_BLOCK_ROWS) % splits, so results do not depend on chunking.
// x = quad of columns; y = split; z = run of the window.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/row_numbers.glsl"

layout(local_size_x = 8) in;
layout(push_constant) uniform Push { NormalisationDispatch p; };

INPUT(0, ROW_QUAD, output_gradients);  // (R, C, Hp / 4)
INPUT(1, vec4, sums);              // (R, C, Hp / 4)
INPUT(2, vec2, moments);           // (R, C): mean, r
INPUT(3, uint, row_counts);        // (R, counts)
IN_OUT(4, vec4, gradients);        // (R, splits, P / 4)

void main() {
  uint run = gl_GlobalInvocationID.z;
  uint split = gl_GlobalInvocationID.y;
  uint splits = gl_NumWorkGroups.y;
  uint quad = gl_GlobalInvocationID.x;
  uint pitch = p.columns / 4u;
  uint count = quad < pitch ? min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]) : 0u;
  uint first_block = (split + splits - p.first_row / SPLIT_BLOCK_ROWS % splits) % splits;
  if (first_block * SPLIT_BLOCK_ROWS >= count) return;

  uint base = run * p.gradient_stride + split * p.parameter_stride;
  uint scale_place = (base + p.scale_offset) / 4u + quad;
  uint bias_place = (base + p.bias_offset) / 4u + quad;
  uint value_base = run * p.value_stride / 4u + quad;
  uint moment_base = run * p.moment_stride / 2u;
  vec4 scale_sum = gradients[scale_place];
  vec4 bias_sum = gradients[bias_place];
  for (uint block = first_block; block * SPLIT_BLOCK_ROWS < count; block += splits) {
    uint end = min(count, (block + 1u) * SPLIT_BLOCK_ROWS);
    for (uint row = block * SPLIT_BLOCK_ROWS; row < end; ++row) {
      vec4 gradient = GRADIENT_FROM_ROW(output_gradients[value_base + row * pitch], p.gradient_scale);
      vec2 moment = moments[moment_base + row];
      scale_sum = fma(gradient, (sums[value_base + row * pitch] - moment.x) * moment.y, scale_sum);
      bias_sum += gradient;
    }
  }
  gradients[scale_place] = scale_sum;
  gradients[bias_place] = bias_sum;
}
