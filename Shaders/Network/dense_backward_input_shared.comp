#version 450
// dX = (dY W^T) * act'(X)     or, with ACCUMULATE, dX += (dY W^T) * act'(X)
//   dY (C, O), W (I, O), X and dX (C, I); X holds activated values, so act' is a function of X
//
// Shared-memory family: a workgroup of 16 x 16 computes 16 TILE_ROWS x 16 TILE_COLUMNS of dX, TILE_ROWS x TILE_COLUMNS
// per invocation, from slices of 16 outputs in shared memory; the same sums in the same order as
// dense_backward_input.comp.
// Workgroup x = columns, y = rows, z = run of the window. Rows at and beyond the row count are not written.
// Only outputs column_begin ..< column_begin + columns of the layer take part.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/activation.glsl"
#include "Network/precision.glsl"

layout(local_size_x = 16, local_size_y = 16) in;
layout(push_constant) uniform Push { DenseDispatch p; };

WIDE_FLOATS(0, output_gradients);  // (R, C, O / 4)
WIDE_FLOATS(1, parameters);        // (policies, P / 4)
WIDE_FLOATS(2, inputs);            // (R, C, I / 4)
INPUT(3, uint, row_counts);        // (R, counts)
INPUT(4, uint, policy_indices);    // (R)
IN_OUT(5, vec4, input_gradients);  // (R, C, I / 4)

const uint QUADS = TILE_COLUMNS / 4u;  // of an invocation, 16 apart
const uint GROUP_QUADS = 16u * QUADS;
const uint GROUP_ROWS = 16u * TILE_ROWS;

shared vec4 dy_tile[GROUP_ROWS][4];        // [row][4 outputs]
shared vec4 w_tile[16][GROUP_QUADS + 1u];  // [output][4 columns], transposed while filled; one more against conflicts

void main() {
  uint run = gl_WorkGroupID.z;
  uint first_row = gl_WorkGroupID.y * GROUP_ROWS;
  uint count = min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]);
  if (first_row >= count) return;

  uvec2 local = gl_LocalInvocationID.xy;
  uint first_column = gl_WorkGroupID.x * GROUP_QUADS * 4u;
  uint pitch = p.outputs / 4u;
  uint depth = p.columns / 4u;
  uint parameter_base = policy_indices[run * p.policy_index_stride] * p.parameter_stride;

  uvec2 load = uvec2(gl_LocalInvocationIndex % 4u, gl_LocalInvocationIndex / 4u);  // of dy_tile, rows 64 apart
  uint dy_base = (run * p.output_stride + (first_row + load.y) * p.outputs + p.column_begin) / 4u + load.x;
  bool turns = load.y < GROUP_QUADS;  // 4 x 4 of w_tile by each of the first invocations
  uint weight =
      (parameter_base + p.weight_offset + (first_column + 4u * load.y) * p.outputs + p.column_begin) / 4u + load.x;
  bool turn_inside = first_column + 4u * load.y < p.inputs;

  vec4 sum[TILE_ROWS][QUADS];
  [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
    [[unroll]] for (uint j = 0u; j < QUADS; ++j) sum[i][j] = vec4(0.0);
  }

  for (uint slice = 0u; slice < depth; slice += 4u) {
    bool in_depth = slice + load.x < depth;
    [[unroll]] for (uint i = 0u; i < TILE_ROWS / 4u; ++i) {
      bool inside = first_row + load.y + 64u * i < count && in_depth;
      dy_tile[load.y + 64u * i][load.x] =
          inside ? operand(SCALED(LOAD4(output_gradients, dy_base + 64u * i * pitch + slice))) : vec4(0.0);
    }
    if (turns) {
      mat4 w = mat4(0.0);
      if (turn_inside && in_depth) {
        [[unroll]] for (uint k = 0u; k < 4u; ++k) w[k] = operand(LOAD4(parameters, weight + k * pitch + slice));
      }
      w = transpose(w);
      [[unroll]] for (uint k = 0u; k < 4u; ++k) w_tile[4u * load.x + k][load.y] = w[k];
    }
    barrier();
    [[unroll]] for (uint quad = 0u; quad < 4u; ++quad) {
      vec4 dy[TILE_ROWS];
      [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) dy[i] = dy_tile[TILE_ROWS * local.y + i][quad];
      [[unroll]] for (uint k = 0u; k < 4u; ++k) {
        [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
          vec4 w = w_tile[4u * quad + k][local.x + 16u * j];
          [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) sum[i][j] = fma(vec4(dy[i][k]), w, sum[i][j]);
        }
      }
    }
    barrier();
  }

  uint row = first_row + TILE_ROWS * local.y;
  uint x = (run * p.input_stride + row * p.inputs + first_column) / 4u + local.x;
  [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
    [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
      if (first_column + 4u * (local.x + 16u * j) < p.inputs && row + i < count) {
        uint place = x + i * (p.inputs / 4u) + 16u * j;
        vec4 product = UNSCALED(sum[i][j]);
        vec4 derivative = activation_derivative(LOAD4(inputs, place));
#ifdef ACCUMULATE
        input_gradients[place] = fma(product, derivative, input_gradients[place]);
#else
        input_gradients[place] = product * derivative;
#endif
      }
    }
  }
}
