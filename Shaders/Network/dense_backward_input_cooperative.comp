#version 450
// dX = (dY W^T) * act'(X)     or, where it ACCUMULATES, dX += (dY W^T) * act'(X)
//   dY (C, O), W (I, O), X and dX (C, I); X holds activated values, so act' is a function of X
//
// Matrix-unit family, mixed precision only: W is the copy of the weights in float16; dY, and X with dX, are float16 or
// float32; gradients in float16 are scaled by gradient_scale. A workgroup of 256 computes GROUP_ROWS x GROUP_COLUMNS of dX
// from slices of 32 outputs (fragments.glsl).
// Workgroup x = columns, y = rows, z = run of the window. Rows at and beyond the row count are not written.
// Only outputs column_begin ..< column_begin + columns of the layer take part.
#define B_COLUMN_MAJOR
#include "Network/fragments.glsl"

layout(push_constant) uniform Push { DenseDispatch p; };

INPUT(0, uvec4, output_gradients);  // (R, C, O / 8), or (R, C, O / 4) in float32
INPUT(1, uvec4, weights);           // (policies, P / 8)
INPUT(2, uvec4, inputs);            // (R, C, I / 8), or (R, C, I / 4) in float32
INPUT(3, uint, row_counts);         // (R, counts)
INPUT(4, uint, policy_indices);     // (R)
IN_OUT(5, uvec4, input_gradients);  // as inputs

uint run, count, first_row, first_column, policy;

void fetch_slice(uint slice) {
  uint dy = (run * p.output_stride + first_row * p.outputs + p.column_begin + slice) / 8u;
  [[unroll]] for (uint i = 0u; i < A_SHARE; ++i) {
    uint place = gl_LocalInvocationIndex + PRODUCT_INVOCATIONS * i;
    uint row = place / A_OCTETS;
    uint octet = place % A_OCTETS;
    a_next[i] = uvec4(0u);
    if (row < A_LINES && first_row + row < count && slice + 8u * octet < p.columns) {
      READ_OCTET(
          a_next[i], output_gradients, FLOAT32_OUTPUTS, dy + row * (p.outputs / 8u) + octet, p.gradient_scale);
    }
  }
  uint w = (policy * p.weight_stride + p.weight_offset + first_column * p.outputs + p.column_begin + slice) / 8u;
  [[unroll]] for (uint i = 0u; i < B_SHARE; ++i) {
    uint place = gl_LocalInvocationIndex + PRODUCT_INVOCATIONS * i;
    uint column = place / B_OCTETS;
    uint octet = place % B_OCTETS;
    b_next[i] = uvec4(0u);
    if (column < B_LINES && first_column + column < p.inputs && slice + 8u * octet < p.columns) {
      b_next[i] = weights[w + column * (p.outputs / 8u) + octet];
    }
  }
}

void main() {
  run = gl_WorkGroupID.z;
  first_row = gl_WorkGroupID.y * GROUP_ROWS;
  count = min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]);
  if (first_row >= count) return;
  first_column = gl_WorkGroupID.x * GROUP_COLUMNS;
  policy = policy_indices[run * p.policy_index_stride];

  [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) {
    [[unroll]] for (uint j = 0u; j < FRAGMENTS_ACROSS; ++j) {
      [[unroll]] for (uint part = 0u; part < PARTS(sums[i][j]); ++part) PART(sums[i][j], part) = ZERO;
    }
  }

  fetch_slice(0u);
  for (uint slice = 0u; slice < p.columns; slice += DEPTH) {
    barrier();
    keep_slice();
    barrier();
    if (slice + DEPTH < p.columns) fetch_slice(slice + DEPTH);
    multiply_slice();
  }

  float factor = FLOAT32_INPUTS ? inverse_scale(p.gradient_scale) : 1.0;
  bool edges = first_row + GROUP_ROWS > count || first_column + GROUP_COLUMNS > p.inputs;
  uint pitch = p.inputs / 8u;
  [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) {
    [[unroll]] for (uint j = 0u; j < FRAGMENTS_ACROSS; ++j) {
      uint row = first_row + own_row() + FRAGMENT_ROWS * i;
      uint column = first_column + own_column() + FRAGMENT_COLUMNS * j;
      uint dx = (run * p.input_stride + row * p.inputs + column) / 8u;
      uint rows = left(row, count);
      uint columns = left(column, p.inputs);
      FRAGMENT x;
      READ_FRAGMENT(x, inputs, FLOAT32_INPUTS, dx, pitch, edges, rows, columns);
      if (ACCUMULATES) {
        FRAGMENT before;
        READ_FRAGMENT(before, input_gradients, FLOAT32_INPUTS, dx, pitch, edges, rows, columns);
        [[unroll]] for (uint part = 0u; part < PARTS(x); ++part) {
          PART(sums[i][j], part) =
              fma(PART(sums[i][j], part) * factor, activation_derivative(PART(x, part)), PART(before, part));
        }
      } else {
        [[unroll]] for (uint part = 0u; part < PARTS(x); ++part) {
          PART(sums[i][j], part) = PART(sums[i][j], part) * factor * activation_derivative(PART(x, part));
        }
      }
      WRITE_FRAGMENT(sums[i][j], input_gradients, FLOAT32_INPUTS, dx, pitch, edges, rows, columns);
    }
  }
}
