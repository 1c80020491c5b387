#version 450
// dX = (dY W^T) * act'(X)     or, with ACCUMULATE, dX += (dY W^T) * act'(X)
//   dY (C, O), W (I, O), X and dX (C, I); X holds activated values, so act' is a function of X
//
// Matrix-unit family, mixed precision only (precision.glsl): a workgroup of 128 computes GROUP_ROWS x GROUP_COLUMNS of dX
// from slices of 32 outputs (fragments.glsl).
// Workgroup x = columns, y = rows, z = run of the window. Rows at and beyond the row count are not written.
// Only outputs column_begin ..< column_begin + columns of the layer take part.
#define B_COLUMN_MAJOR
#include "Network/fragments.glsl"
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/activation.glsl"

layout(push_constant) uniform Push { DenseDispatch p; };

WIDE_FLOATS(0, output_gradients);  // (R, C, O / 4)
WIDE_FLOATS(1, parameters);        // (policies, P / 4)
WIDE_FLOATS(2, inputs);            // (R, C, I / 4)
INPUT(3, uint, row_counts);        // (R, counts)
INPUT(4, uint, policy_indices);    // (R)
IN_OUT(5, vec4, input_gradients);  // (R, C, I / 4)

void main() {
  uint run = gl_WorkGroupID.z;
  uint first_row = gl_WorkGroupID.y * GROUP_ROWS;
  uint count = min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]);
  if (first_row >= count) return;

  uint first_column = gl_WorkGroupID.x * GROUP_COLUMNS;
  uint parameter_base = policy_indices[run * p.policy_index_stride] * p.parameter_stride;
  uint dy_base = (run * p.output_stride + first_row * p.outputs + p.column_begin) / 4u;
  uint weight = (parameter_base + p.weight_offset + first_column * p.outputs + p.column_begin) / 4u;

  SUM_FRAGMENT sum[FRAGMENTS_DOWN][FRAGMENTS_ACROSS];
  [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) {
    [[unroll]] for (uint j = 0u; j < FRAGMENTS_ACROSS; ++j) sum[i][j] = NO_SUM;
  }

  for (uint slice = 0u; slice < p.columns; slice += DEPTH) {
    for (uint place = gl_LocalInvocationIndex; place < A_LINES * A_OCTETS; place += 128u) {
      uint row = place / A_OCTETS;
      uint octet = place % A_OCTETS;
      bool inside = first_row + row < count && slice + 8u * octet < p.columns;
      uint from = dy_base + (row * p.outputs + slice) / 4u + 2u * octet;
      a_tile[row * A_PITCH + octet] =
          inside ? eight_float16(SCALED(LOAD4(output_gradients, from)), SCALED(LOAD4(output_gradients, from + 1u)))
                 : uvec4(0u);
    }
    for (uint place = gl_LocalInvocationIndex; place < B_LINES * B_OCTETS; place += 128u) {
      uint column = place / B_OCTETS;
      uint octet = place % B_OCTETS;
      bool inside = first_column + column < p.inputs && slice + 8u * octet < p.columns;
      uint from = weight + (column * p.outputs + slice) / 4u + 2u * octet;
      b_tile[column * B_PITCH + octet] =
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
      if (row < count && column < p.inputs) {
        for (uint quad = 0u; quad < 2u; ++quad) {
          vec4 product = from_stage(quad);
          uint place = (run * p.input_stride + row * p.inputs + column) / 4u + quad;
          product = UNSCALED(product);
          vec4 derivative = activation_derivative(LOAD4(inputs, place));
#ifdef ACCUMULATE
          input_gradients[place] = fma(product, derivative, input_gradients[place]);
#else
          input_gradients[place] = product * derivative;
#endif
        }
      }
      barrier();
    }
  }
}
