#version 450
// Y = act(X W + b)     X (C, I), W (I, O), b (O), Y (C, O); I and O padded to multiples of 8
//
// Shared-memory family: a workgroup of 16 x 16 computes 64 x 64 of Y, 4 x 4 per invocation, from slices of 16 inputs in
// shared memory; the same sums in the same order as dense_forward.comp.
// Workgroup x = 64 columns, y = 64 rows, z = run of the window. Rows at and beyond the row count are not written.
// Only outputs column_begin ..< column_begin + columns of the layer take part.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/activation.glsl"

layout(local_size_x = 16, local_size_y = 16) in;
layout(push_constant) uniform Push { DenseDispatch p; };

WIDE_FLOATS(0, inputs);          // (R, C, I / 4), C padded to a multiple of 64
WIDE_FLOATS(1, parameters);      // (policies, P / 4)
INPUT(2, uint, row_counts);      // (R, counts)
INPUT(3, uint, policy_indices);  // (R)
OUTPUT(4, vec4, outputs);        // (R, C, O / 4)

shared vec4 x_tile[64][4];   // [row][4 inputs]
shared vec4 w_tile[16][16];  // [input][4 columns]

void main() {
  uint run = gl_WorkGroupID.z;
  uint first_row = gl_WorkGroupID.y * 64u;
  uint count = min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]);
  if (first_row >= count) return;

  uvec2 local = gl_LocalInvocationID.xy;
  uint column = p.column_begin / 4u + gl_WorkGroupID.x * 16u + local.x;  // in quads
  uint columns = p.outputs / 4u;
  uint depth = p.inputs / 4u;
  bool column_inside = column < (p.column_begin + p.columns) / 4u;
  uint parameter_base = policy_indices[run * p.policy_index_stride] * p.parameter_stride;
  uint weight = (parameter_base + p.weight_offset) / 4u + column;

  uvec2 load = uvec2(gl_LocalInvocationIndex % 4u, gl_LocalInvocationIndex / 4u);  // of x_tile
  uint x_base = (run * p.input_stride + (first_row + load.y) * p.inputs) / 4u;

  vec4 bias = column_inside ? LOAD4(parameters, (parameter_base + p.bias_offset) / 4u + column) : vec4(0.0);
  vec4 sum[4];
  [[unroll]] for (uint i = 0u; i < 4u; ++i) sum[i] = bias;

  for (uint slice = 0u; slice < depth; slice += 4u) {
    uint input_row = 4u * slice + local.y;
    x_tile[load.y][load.x] = slice + load.x < depth ? LOAD4(inputs, x_base + slice + load.x) : vec4(0.0);
    w_tile[local.y][local.x] =
        column_inside && input_row < p.inputs ? LOAD4(parameters, weight + input_row * columns) : vec4(0.0);
    barrier();
    [[unroll]] for (uint quad = 0u; quad < 4u; ++quad) {
      vec4 x[4];
      [[unroll]] for (uint i = 0u; i < 4u; ++i) x[i] = x_tile[4u * local.y + i][quad];
      [[unroll]] for (uint k = 0u; k < 4u; ++k) {
        vec4 w = w_tile[4u * quad + k][local.x];
        [[unroll]] for (uint i = 0u; i < 4u; ++i) sum[i] = fma(vec4(x[i][k]), w, sum[i]);
      }
    }
    barrier();
  }

  uint row = first_row + 4u * local.y;
  uint y = (run * p.output_stride + row * p.outputs) / 4u + column;
  [[unroll]] for (uint i = 0u; i < 4u; ++i) {
    if (column_inside && row + i < count) outputs[y + i * columns] = activate(sum[i]);
  }
}
