#version 450
// dX = (dY W^T) * act'(X)     or, with ACCUMULATE, dX += (dY W^T) * act'(X)
//   dY (C, O), W (I, O), X and dX (C, I); X holds activated values, so act' is a function of X
//
// Shared-memory family: a workgroup of 16 x 16 computes 64 x 64 of dX, 4 x 4 per invocation, from slices of 16 outputs
// in shared memory; the same sums in the same order as dense_backward_input.comp.
// Workgroup x = 64 columns, y = 64 rows, z = run of the window. Rows at and beyond the row count are not written.
// Only outputs column_begin ..< column_begin + columns of the layer take part.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/activation.glsl"

layout(local_size_x = 16, local_size_y = 16) in;
layout(push_constant) uniform Push { DenseDispatch p; };

WIDE_FLOATS(0, output_gradients);  // (R, C, O / 4), C padded to a multiple of 64
WIDE_FLOATS(1, parameters);        // (policies, P / 4)
WIDE_FLOATS(2, inputs);            // (R, C, I / 4)
INPUT(3, uint, row_counts);        // (R, counts)
INPUT(4, uint, policy_indices);    // (R)
IN_OUT(5, vec4, input_gradients);  // (R, C, I / 4)

shared vec4 dy_tile[64][4];  // [row][4 outputs]
shared vec4 w_tile[16][17];  // [output][4 columns], transposed while it is filled; one more against bank conflicts

void main() {
  uint run = gl_WorkGroupID.z;
  uint first_row = gl_WorkGroupID.y * 64u;
  uint count = min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]);
  if (first_row >= count) return;

  uvec2 local = gl_LocalInvocationID.xy;
  uint first_column = gl_WorkGroupID.x * 64u;
  uint pitch = p.outputs / 4u;
  uint depth = p.columns / 4u;
  uint parameter_base = policy_indices[run * p.policy_index_stride] * p.parameter_stride;

  uvec2 load = uvec2(gl_LocalInvocationIndex % 4u, gl_LocalInvocationIndex / 4u);  // of dy_tile
  uint dy_base = (run * p.output_stride + (first_row + load.y) * p.outputs + p.column_begin) / 4u;
  uvec2 turn = uvec2(gl_LocalInvocationIndex % 4u, gl_LocalInvocationIndex / 4u % 16u);  // of w_tile, a quarter of us
  bool turns = gl_LocalInvocationIndex < 64u;
  uint weight =
      (parameter_base + p.weight_offset + (first_column + 4u * turn.y) * p.outputs + p.column_begin) / 4u;
  bool turn_inside = first_column + 4u * turn.y < p.inputs;

  vec4 sum[4];
  [[unroll]] for (uint i = 0u; i < 4u; ++i) sum[i] = vec4(0.0);

  for (uint slice = 0u; slice < depth; slice += 4u) {
    dy_tile[load.y][load.x] = slice + load.x < depth ? LOAD4(output_gradients, dy_base + slice + load.x) : vec4(0.0);
    if (turns) {
      mat4 w = mat4(0.0);
      if (turn_inside && slice + turn.x < depth) {
        [[unroll]] for (uint k = 0u; k < 4u; ++k) w[k] = LOAD4(parameters, weight + k * pitch + slice + turn.x);
      }
      w = transpose(w);
      [[unroll]] for (uint k = 0u; k < 4u; ++k) w_tile[4u * turn.x + k][turn.y] = w[k];
    }
    barrier();
    [[unroll]] for (uint quad = 0u; quad < 4u; ++quad) {
      vec4 dy[4];
      [[unroll]] for (uint i = 0u; i < 4u; ++i) dy[i] = dy_tile[4u * local.y + i][quad];
      [[unroll]] for (uint k = 0u; k < 4u; ++k) {
        vec4 w = w_tile[4u * quad + k][local.x];
        [[unroll]] for (uint i = 0u; i < 4u; ++i) sum[i] = fma(vec4(dy[i][k]), w, sum[i]);
      }
    }
    barrier();
  }

  uint row = first_row + 4u * local.y;
  uint column = first_column + 4u * local.x;
  uint x = (run * p.input_stride + row * p.inputs + column) / 4u;
  [[unroll]] for (uint i = 0u; i < 4u; ++i) {
    if (column < p.inputs && row + i < count) {
      uint place = x + i * (p.inputs / 4u);
      vec4 gradient = sum[i] * activation_derivative(LOAD4(inputs, place));
#ifdef ACCUMULATE
      gradient += input_gradients[place];
#endif
      input_gradients[place] = gradient;
    }
  }
}
