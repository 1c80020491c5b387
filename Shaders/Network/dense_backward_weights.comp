#version 450
// dW += X^T dY,  db += column sums of dY     X (C, I), dY (C, O), dW (I, O), db (O), inside gradients (splits, P)
//
// Flat family: one invocation keeps a tile of TILE_ROWS x TILE_COLUMNS of dW in registers (rows are inputs), starts
// from what stands in `gradients` and walks the rows of its split in order; the tiles of the first inputs also sum db.
// Minibatch row r belongs to split (r / SPLIT_BLOCK_ROWS) % splits, so results do not depend on chunking.
// x = tile, columns fastest; y = split; z = run of the window.
// Only outputs column_begin ..< column_begin + columns of the layer take part.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/precision.glsl"

layout(local_size_x = 8) in;
layout(push_constant) uniform Push { DenseDispatch p; };

WIDE_FLOATS(0, inputs);            // (R, C, I / 4)
WIDE_FLOATS(1, output_gradients);  // (R, C, O / 4)
INPUT(2, uint, row_counts);        // (R, counts)
IN_OUT(3, vec4, gradients);        // (R, splits, P / 4)

const uint ROW_QUADS = TILE_ROWS / 4u;
const uint QUADS = TILE_COLUMNS / 4u;

vec4 sum[TILE_ROWS][QUADS];

void add_row(uint x_place, uint dy_place) {
  vec4 dy[QUADS];
  [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
    dy[j] = operand(SCALED(LOAD4(output_gradients, dy_place + j)));
  }
  [[unroll]] for (uint i = 0u; i < ROW_QUADS; ++i) {
    vec4 x = operand(LOAD4(inputs, x_place + i));
    [[unroll]] for (uint k = 0u; k < 4u; ++k) {
      [[unroll]] for (uint j = 0u; j < QUADS; ++j) sum[4u * i + k][j] = fma(vec4(x[k]), dy[j], sum[4u * i + k][j]);
    }
  }
}

void main() {
  uint run = gl_GlobalInvocationID.z;
  uint split = gl_GlobalInvocationID.y;
  uint splits = gl_NumWorkGroups.y;
  uint tiles_across = p.columns / TILE_COLUMNS;
  uint tiles_down = p.inputs / TILE_ROWS;
  bool inside = gl_GlobalInvocationID.x < tiles_across * tiles_down;
  uint input_tile = min(gl_GlobalInvocationID.x / tiles_across, tiles_down - 1u);
  uint column = p.column_begin + gl_GlobalInvocationID.x % tiles_across * TILE_COLUMNS;
  uint row_end = min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]);
  uint count = inside ? max(row_end, p.row_begin) - p.row_begin : 0u;
  uint first_block = (split + splits - (p.first_row + p.row_begin) / SPLIT_BLOCK_ROWS % splits) % splits;

  uint x_pitch = p.inputs / 4u;
  uint dy_pitch = p.outputs / 4u;
  uint x_base = (run * p.input_stride + p.row_begin * p.inputs + input_tile * TILE_ROWS) / 4u;
  uint dy_base = (run * p.output_stride + p.row_begin * p.outputs + column) / 4u;
  uint gradient_base = run * p.gradient_stride + split * p.parameter_stride;
  uint dw_base = (gradient_base + p.weight_offset + input_tile * TILE_ROWS * p.outputs + column) / 4u;
  uint db_base = (gradient_base + p.bias_offset + column) / 4u;

  [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
    [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
      sum[i][j] = SCALED(gradients[dw_base + i * dy_pitch + j]);
    }
  }
  for (uint block = first_block; block * SPLIT_BLOCK_ROWS < count; block += splits) {
    uint row = block * SPLIT_BLOCK_ROWS;
    uint end = min(count, row + SPLIT_BLOCK_ROWS);
    for (; row + 4u <= end; row += 4u) {
      [[unroll]] for (uint r = 0u; r < 4u; ++r) {
        add_row(x_base + (row + r) * x_pitch, dy_base + (row + r) * dy_pitch);
      }
    }
    for (; row < end; ++row) add_row(x_base + row * x_pitch, dy_base + row * dy_pitch);
  }
  if (first_block * SPLIT_BLOCK_ROWS < count) {
    [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
      [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
        gradients[dw_base + i * dy_pitch + j] = UNSCALED(sum[i][j]);
      }
    }
  }

  uint bias_count = input_tile == 0u && column >= p.bias_begin ? count : 0u;
  vec4 bias_sum[QUADS];
  [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
    bias_sum[j] = bias_count > 0u ? SCALED(gradients[db_base + j]) : vec4(0.0);
  }
  for (uint block = first_block; block * SPLIT_BLOCK_ROWS < bias_count; block += splits) {
    uint end = min(bias_count, (block + 1u) * SPLIT_BLOCK_ROWS);
    for (uint row = block * SPLIT_BLOCK_ROWS; row < end; ++row) {
      [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
        bias_sum[j] += operand(SCALED(LOAD4(output_gradients, dy_base + row * dy_pitch + j)));
      }
    }
  }
  if (first_block * SPLIT_BLOCK_ROWS < bias_count) {
    [[unroll]] for (uint j = 0u; j < QUADS; ++j) gradients[db_base + j] = UNSCALED(bias_sum[j]);
  }
}
