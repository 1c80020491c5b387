#version 450
// Y = act(X W + b)     X (C, I), W (I, O), b (O), Y (C, O); I and O padded to multiples of 8
//
// Shared-memory family: a workgroup of 16 x 16 computes 16 TILE_ROWS x 16 TILE_COLUMNS of Y, TILE_ROWS x TILE_COLUMNS
// per invocation, from slices of 16 inputs in shared memory; the same sums in the same order as dense_forward.comp.
// Workgroup x = columns, y = rows, z = run of the window. Rows at and beyond the row count are not written.
// Only outputs column_begin ..< column_begin + columns of the layer take part.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/activation.glsl"
#include "Network/precision.glsl"

layout(local_size_x = 16, local_size_y = 16) in;
layout(push_constant) uniform Push { DenseDispatch p; };

WIDE_FLOATS(0, inputs);          // (R, C, I / 4)
WIDE_FLOATS(1, parameters);      // (policies, P / 4)
INPUT(2, uint, row_counts);      // (R, counts)
INPUT(3, uint, policy_indices);  // (R)
OUTPUT(4, vec4, outputs);        // (R, C, O / 4)

const uint QUADS = TILE_COLUMNS / 4u;   // of an invocation, 16 apart
const uint GROUP_QUADS = 16u * QUADS;
const uint GROUP_ROWS = 16u * TILE_ROWS;

shared vec4 x_tile[GROUP_ROWS][4];     // [row][4 inputs]
shared vec4 w_tile[16][GROUP_QUADS];   // [input][4 columns]

void main() {
  uint run = gl_WorkGroupID.z;
  uint first_row = gl_WorkGroupID.y * GROUP_ROWS;
  uint count = min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]);
  if (first_row >= count) return;

  uvec2 local = gl_LocalInvocationID.xy;
  uint column = p.column_begin / 4u + gl_WorkGroupID.x * GROUP_QUADS + local.x;  // in quads
  uint column_end = (p.column_begin + p.columns) / 4u;
  uint columns = p.outputs / 4u;
  uint depth = p.inputs / 4u;
  uint parameter_base = policy_indices[run * p.policy_index_stride] * p.parameter_stride;
  uint bias = (parameter_base + p.bias_offset) / 4u + column;
  uint weight = (parameter_base + p.weight_offset) / 4u + column;

  uvec2 load = uvec2(gl_LocalInvocationIndex % 4u, gl_LocalInvocationIndex / 4u);  // of x_tile, rows 64 apart
  uint x_base = (run * p.input_stride + (first_row + load.y) * p.inputs) / 4u + load.x;

  vec4 sum[TILE_ROWS][QUADS];
  [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
    vec4 b = column + 16u * j < column_end ? LOAD4(parameters, bias + 16u * j) : vec4(0.0);
    [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) sum[i][j] = b;
  }

  for (uint slice = 0u; slice < depth; slice += 4u) {
    [[unroll]] for (uint i = 0u; i < TILE_ROWS / 4u; ++i) {
      bool inside = first_row + load.y + 64u * i < count && slice + load.x < depth;
      x_tile[load.y + 64u * i][load.x] =
          inside ? operand(LOAD4(inputs, x_base + 64u * i * depth + slice)) : vec4(0.0);
    }
    uint input_row = 4u * slice + local.y;
    [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
      bool inside = column + 16u * j < column_end && input_row < p.inputs;
      w_tile[local.y][local.x + 16u * j] =
          inside ? operand(LOAD4(parameters, weight + input_row * columns + 16u * j)) : vec4(0.0);
    }
    barrier();
    [[unroll]] for (uint quad = 0u; quad < 4u; ++quad) {
      vec4 x[TILE_ROWS];
      [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) x[i] = x_tile[TILE_ROWS * local.y + i][quad];
      [[unroll]] for (uint k = 0u; k < 4u; ++k) {
        [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
          vec4 w = w_tile[4u * quad + k][local.x + 16u * j];
          [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) sum[i][j] = fma(vec4(x[i][k]), w, sum[i][j]);
        }
      }
    }
    barrier();
  }

  uint row = first_row + TILE_ROWS * local.y;
  uint y = (run * p.output_stride + row * p.outputs) / 4u + column;
  [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
    [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
      if (column + 16u * j < column_end && row + i < count) outputs[y + i * columns + 16u * j] = activate(sum[i][j]);
    }
  }
}
