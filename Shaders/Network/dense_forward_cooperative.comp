#version 450
// Y = act(X W + b)     X (C, I), W (I, O), b (O), Y (C, O); I and O padded to multiples of 8
//
// Matrix-unit family, mixed precision only (precision.glsl): a workgroup of 128 computes GROUP_ROWS x GROUP_COLUMNS of Y
// from slices of 32 inputs (fragments.glsl); the bias is added last.
// Workgroup x = columns, y = rows, z = run of the window. Rows at and beyond the row count are not written.
// Only outputs column_begin ..< column_begin + columns of the layer take part.
#include "Network/fragments.glsl"
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/activation.glsl"

layout(push_constant) uniform Push { DenseDispatch p; };

WIDE_FLOATS(0, inputs);          // (R, C, I / 4)
WIDE_FLOATS(1, parameters);      // (policies, P / 4)
INPUT(2, uint, row_counts);      // (R, counts)
INPUT(3, uint, policy_indices);  // (R)
OUTPUT(4, vec4, outputs);        // (R, C, O / 4)

void main() {
  uint run = gl_WorkGroupID.z;
  uint first_row = gl_WorkGroupID.y * GROUP_ROWS;
  uint count = min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]);
  if (first_row >= count) return;

  uint first_column = p.column_begin + gl_WorkGroupID.x * GROUP_COLUMNS;
  uint column_end = p.column_begin + p.columns;
  uint parameter_base = policy_indices[run * p.policy_index_stride] * p.parameter_stride;
  uint x_base = (run * p.input_stride + first_row * p.inputs) / 4u;
  uint weight = (parameter_base + p.weight_offset + first_column) / 4u;

  SUM_FRAGMENT sum[FRAGMENTS_DOWN][FRAGMENTS_ACROSS];
  [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) {
    [[unroll]] for (uint j = 0u; j < FRAGMENTS_ACROSS; ++j) sum[i][j] = NO_SUM;
  }

  for (uint slice = 0u; slice < p.inputs; slice += DEPTH) {
    for (uint place = gl_LocalInvocationIndex; place < A_LINES * A_OCTETS; place += 128u) {
      uint row = place / A_OCTETS;
      uint octet = place % A_OCTETS;
      bool inside = first_row + row < count && slice + 8u * octet < p.inputs;
      uint from = x_base + (row * p.inputs + slice) / 4u + 2u * octet;
      a_tile[row * A_PITCH + octet] =
          inside ? eight_float16(LOAD4(inputs, from), LOAD4(inputs, from + 1u)) : uvec4(0u);
    }
    for (uint place = gl_LocalInvocationIndex; place < B_LINES * B_OCTETS; place += 128u) {
      uint row = place / B_OCTETS;
      uint octet = place % B_OCTETS;
      bool inside = slice + row < p.inputs && first_column + 8u * octet < column_end;
      uint from = weight + (slice + row) * (p.outputs / 4u) + 2u * octet;
      b_tile[row * B_PITCH + octet] =
          inside ? eight_float16(LOAD4(parameters, from), LOAD4(parameters, from + 1u)) : uvec4(0u);
    }
    barrier();
    multiply_slice(sum);
    barrier();
  }

  [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) {
    [[unroll]] for (uint j = 0u; j < FRAGMENTS_ACROSS; ++j) {
      store_sum(sum[i][j]);
      barrier();
      uint row = first_row + quarter_row() + 16u * i + fragment_row();
      uint column = first_column + quarter_column() + 16u * j + fragment_column();
      if (row < count && column < column_end) {
        uint bias = (parameter_base + p.bias_offset + column) / 4u;
        uint y = (run * p.output_stride + row * p.outputs + column) / 4u;
        for (uint quad = 0u; quad < 2u; ++quad) {
          vec4 x = from_stage(quad);
          outputs[y + quad] = activate(x + LOAD4(parameters, bias + quad));
        }
      }
      barrier();
    }
  }
}
