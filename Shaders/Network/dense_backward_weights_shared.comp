#version 450
// dW += X^T dY,  db += column sums of dY     X (C, I), dY (C, O), dW (I, O), db (O), inside gradients (splits, P)
//
// Shared-memory family: a workgroup of 16 x 16 computes 16 TILE_ROWS x 16 TILE_COLUMNS of dW (rows are inputs),
// TILE_ROWS x TILE_COLUMNS per invocation, from slices of 16 rows in shared memory; the same sums in the same order as
// dense_backward_weights.comp.
// Workgroup x = tile, columns fastest; y = split; z = run of the window.
// Only outputs column_begin ..< column_begin + columns of the layer take part.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/precision.glsl"

layout(local_size_x = 16, local_size_y = 16) in;
layout(push_constant) uniform Push { DenseDispatch p; };

WIDE_FLOATS(0, inputs);            // (R, C, I / 4)
WIDE_FLOATS(1, output_gradients);  // (R, C, O / 4)
INPUT(2, uint, row_counts);        // (R, counts)
IN_OUT(3, vec4, gradients);        // (R, splits, P / 4)

const uint ROW_QUADS = TILE_ROWS / 4u;  // of an invocation, 16 apart
const uint QUADS = TILE_COLUMNS / 4u;   // of an invocation, 16 apart
const uint GROUP_ROW_QUADS = 16u * ROW_QUADS;
const uint GROUP_QUADS = 16u * QUADS;

shared vec4 x_tile[16][GROUP_ROW_QUADS];  // [row][4 inputs]
shared vec4 dy_tile[16][GROUP_QUADS];     // [row][4 columns]

void main() {
  uint run = gl_WorkGroupID.z;
  uint split = gl_WorkGroupID.y;
  uint splits = gl_NumWorkGroups.y;
  uint row_end = min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]);
  uint count = max(row_end, p.row_begin) - p.row_begin;
  uint first_block = (split + splits - (p.first_row + p.row_begin) / SPLIT_BLOCK_ROWS % splits) % splits;
  if (first_block * SPLIT_BLOCK_ROWS >= count) return;

  uvec2 local = gl_LocalInvocationID.xy;
  uint tiles_across = (p.columns + 4u * GROUP_QUADS - 1u) / (4u * GROUP_QUADS);
  uint input_quad = gl_WorkGroupID.x / tiles_across * GROUP_ROW_QUADS + local.y;
  uint column = p.column_begin / 4u + gl_WorkGroupID.x % tiles_across * GROUP_QUADS + local.x;  // in quads
  uint column_end = (p.column_begin + p.columns) / 4u;
  uint x_pitch = p.inputs / 4u;
  uint dy_pitch = p.outputs / 4u;
  uint x_quad = input_quad - local.y + local.x;  // of x_tile, 16 apart
  uint x_base = (run * p.input_stride + p.row_begin * p.inputs) / 4u + x_quad;
  uint dy_base = (run * p.output_stride + p.row_begin * p.outputs) / 4u + column;

  uint gradient_base = run * p.gradient_stride + split * p.parameter_stride;
  uint dw_base = (gradient_base + p.weight_offset + 4u * input_quad * p.outputs) / 4u + column;
  uint db_base = (gradient_base + p.bias_offset) / 4u + column;
  bool sums_bias = input_quad == 0u;

  vec4 sum[TILE_ROWS][QUADS];
  vec4 bias_sum[QUADS];
  [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
    bool column_inside = column + 16u * j < column_end;
    [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
      bool inside = column_inside && input_quad + i / 4u * 16u < x_pitch;
      uint place = dw_base + (i / 4u * 64u + i % 4u) * dy_pitch + 16u * j;
      sum[i][j] = inside ? SCALED(gradients[place]) : vec4(0.0);
    }
    bool biased = sums_bias && column_inside && 4u * (column + 16u * j) >= p.bias_begin;
    bias_sum[j] = biased ? SCALED(gradients[db_base + 16u * j]) : vec4(0.0);
  }

  for (uint block = first_block; block * SPLIT_BLOCK_ROWS < count; block += splits) {
    uint end = min(count, (block + 1u) * SPLIT_BLOCK_ROWS);
    for (uint slice = block * SPLIT_BLOCK_ROWS; slice < end; slice += 16u) {
      uint row = slice + local.y;
      [[unroll]] for (uint i = 0u; i < ROW_QUADS; ++i) {
        bool inside = x_quad + 16u * i < x_pitch && row < end;
        x_tile[local.y][local.x + 16u * i] =
            inside ? operand(LOAD4(inputs, x_base + row * x_pitch + 16u * i)) : vec4(0.0);
      }
      [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
        bool inside = column + 16u * j < column_end && row < end;
        dy_tile[local.y][local.x + 16u * j] =
            inside ? operand(SCALED(LOAD4(output_gradients, dy_base + row * dy_pitch + 16u * j))) : vec4(0.0);
      }
      barrier();
      [[unroll]] for (uint r = 0u; r < 16u; ++r) {
        vec4 x[ROW_QUADS];
        [[unroll]] for (uint i = 0u; i < ROW_QUADS; ++i) x[i] = x_tile[r][local.y + 16u * i];
        [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
          vec4 dy = dy_tile[r][local.x + 16u * j];
          [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
            sum[i][j] = fma(vec4(x[i / 4u][i % 4u]), dy, sum[i][j]);
          }
        }
      }
      if (sums_bias) {
        [[unroll]] for (uint r = 0u; r < 16u; ++r) {
          [[unroll]] for (uint j = 0u; j < QUADS; ++j) bias_sum[j] += dy_tile[r][local.x + 16u * j];
        }
      }
      barrier();
    }
  }

  [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
    if (column + 16u * j < column_end) {
      [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
        uint place = dw_base + (i / 4u * 64u + i % 4u) * dy_pitch + 16u * j;
        if (input_quad + i / 4u * 16u < x_pitch) gradients[place] = UNSCALED(sum[i][j]);
      }
      if (sums_bias && 4u * (column + 16u * j) >= p.bias_begin) gradients[db_base + 16u * j] = UNSCALED(bias_sum[j]);
    }
  }
}
