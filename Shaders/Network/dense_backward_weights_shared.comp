#version 450
// dW += X^T dY,  db += column sums of dY     X (C, I), dY (C, O), dW (I, O), db (O), inside gradients (splits, P)
//
// Shared-memory family: a workgroup of 16 x 16 computes 64 x 64 of dW (rows are inputs), 4 x 4 per invocation, from
// slices of 16 rows in shared memory; the same sums in the same order as dense_backward_weights.comp.
// Workgroup x = 64 x 64 tile, columns fastest; y = split; z = run of the window.
// Only outputs column_begin ..< column_begin + columns of the layer take part.
#include "Common/buffers.glsl"
#include "Network/network.h"

layout(local_size_x = 16, local_size_y = 16) in;
layout(push_constant) uniform Push { DenseDispatch p; };

WIDE_FLOATS(0, inputs);            // (R, C, I / 4)
WIDE_FLOATS(1, output_gradients);  // (R, C, O / 4)
INPUT(2, uint, row_counts);        // (R, counts)
IN_OUT(3, vec4, gradients);        // (R, splits, P / 4)

shared vec4 x_tile[16][16];   // [row][4 inputs]
shared vec4 dy_tile[16][16];  // [row][4 columns]

void main() {
  uint run = gl_WorkGroupID.z;
  uint split = gl_WorkGroupID.y;
  uint splits = gl_NumWorkGroups.y;
  uint row_end = min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]);
  uint count = max(row_end, p.row_begin) - p.row_begin;
  uint first_block = (split + splits - (p.first_row + p.row_begin) / SPLIT_BLOCK_ROWS % splits) % splits;
  if (first_block * SPLIT_BLOCK_ROWS >= count) return;

  uvec2 local = gl_LocalInvocationID.xy;
  uint tiles_across = (p.columns + 63u) / 64u;
  uint input_tile = gl_WorkGroupID.x / tiles_across;
  uint column = p.column_begin / 4u + gl_WorkGroupID.x % tiles_across * 16u + local.x;  // in quads
  uint x_pitch = p.inputs / 4u;
  uint dy_pitch = p.outputs / 4u;
  bool column_inside = column < (p.column_begin + p.columns) / 4u;
  bool x_inside = input_tile * 16u + local.x < x_pitch;
  uint x_base = (run * p.input_stride + p.row_begin * p.inputs) / 4u + input_tile * 16u + local.x;
  uint dy_base = (run * p.output_stride + p.row_begin * p.outputs) / 4u + column;

  uint input_row = input_tile * 64u + 4u * local.y;
  bool inside = column_inside && input_row < p.inputs;
  bool sums_bias = column_inside && input_row == 0u && 4u * column >= p.bias_begin;
  uint gradient_base = run * p.gradient_stride + split * p.parameter_stride;
  uint dw_base = (gradient_base + p.weight_offset + input_row * p.outputs) / 4u + column;
  uint db_base = (gradient_base + p.bias_offset) / 4u + column;

  vec4 sum[4];
  [[unroll]] for (uint i = 0u; i < 4u; ++i) sum[i] = inside ? gradients[dw_base + i * dy_pitch] : vec4(0.0);
  vec4 bias_sum = sums_bias ? gradients[db_base] : vec4(0.0);

  for (uint block = first_block; block * SPLIT_BLOCK_ROWS < count; block += splits) {
    uint end = min(count, (block + 1u) * SPLIT_BLOCK_ROWS);
    for (uint slice = block * SPLIT_BLOCK_ROWS; slice < end; slice += 16u) {
      uint row = slice + local.y;
      x_tile[local.y][local.x] = x_inside && row < end ? LOAD4(inputs, x_base + row * x_pitch) : vec4(0.0);
      dy_tile[local.y][local.x] =
          column_inside && row < end ? LOAD4(output_gradients, dy_base + row * dy_pitch) : vec4(0.0);
      barrier();
      [[unroll]] for (uint r = 0u; r < 16u; ++r) {
        vec4 x = x_tile[r][local.y];
        vec4 dy = dy_tile[r][local.x];
        [[unroll]] for (uint i = 0u; i < 4u; ++i) sum[i] = fma(vec4(x[i]), dy, sum[i]);
      }
      if (sums_bias) {
        [[unroll]] for (uint r = 0u; r < 16u; ++r) bias_sum += dy_tile[r][local.x];
      }
      barrier();
    }
  }

  if (inside) {
    [[unroll]] for (uint i = 0u; i < 4u; ++i) gradients[dw_base + i * dy_pitch] = sum[i];
  }
  if (sums_bias) gradients[db_base] = bias_sum;
}
