#version 450
// Y = act(X W + b)     X (C, I), W (I, O), b (O), Y (C, O); I and O padded to multiples of 8
//
// Matrix-unit family, mixed precision only: W is the copy of the weights in float16, X and Y are float16 or float32, all
// read and written in octets of columns. A workgroup of 256 computes GROUP_ROWS x GROUP_COLUMNS of Y from slices of 32
// inputs (fragments.glsl); sums begin with the bias.
// Workgroup x = columns, y = rows, z = run of the window. Rows at and beyond the row count are not written.
// Only outputs column_begin ..< column_begin + columns of the layer take part.
#include "Network/fragments.glsl"

layout(push_constant) uniform Push { DenseDispatch p; };

INPUT(0, uvec4, inputs);         // (R, C, I / 8), or (R, C, I / 4) in float32
INPUT(1, uvec4, weights);        // (policies, P / 8)
INPUT(2, uvec4, parameters);     // (policies, P / 4)
INPUT(3, uint, row_counts);      // (R, counts)
INPUT(4, uint, policy_indices);  // (R)
OUTPUT(5, uvec4, outputs);       // (R, C, O / 8), or (R, C, O / 4) in float32

uint run, count, first_row, first_column, column_end, policy;

void fetch_slice(uint slice) {
  uint x = (run * p.input_stride + first_row * p.inputs + slice) / 8u;
  [[unroll]] for (uint i = 0u; i < A_SHARE; ++i) {
    uint place = gl_LocalInvocationIndex + PRODUCT_INVOCATIONS * i;
    uint row = place / A_OCTETS;
    uint octet = place % A_OCTETS;
    a_next[i] = uvec4(0u);
    if (row < A_LINES && first_row + row < count && slice + 8u * octet < p.inputs) {
      READ_OCTET(a_next[i], inputs, FLOAT32_INPUTS, x + row * (p.inputs / 8u) + octet, 1.0);
    }
  }
  uint w = (policy * p.weight_stride + p.weight_offset + slice * p.outputs + first_column) / 8u;
  [[unroll]] for (uint i = 0u; i < B_SHARE; ++i) {
    uint place = gl_LocalInvocationIndex + PRODUCT_INVOCATIONS * i;
    uint row = place / B_OCTETS;
    uint octet = place % B_OCTETS;
    b_next[i] = uvec4(0u);
    if (row < B_LINES && slice + row < p.inputs && first_column + 8u * octet < column_end) {
      b_next[i] = weights[w + row * (p.outputs / 8u) + octet];
    }
  }
}

void main() {
  run = gl_WorkGroupID.z;
  first_row = gl_WorkGroupID.y * GROUP_ROWS;
  count = min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]);
  if (first_row >= count) return;
  first_column = p.column_begin + gl_WorkGroupID.x * GROUP_COLUMNS;
  column_end = p.column_begin + p.columns;
  policy = policy_indices[run * p.policy_index_stride];

  uint bias = (policy * p.parameter_stride + p.bias_offset + first_column) / 4u;
  const uint quads = GROUP_COLUMNS / 4u;
  for (uint place = gl_LocalInvocationIndex; place < FRAGMENT_ROWS * quads; place += PRODUCT_INVOCATIONS) {
    uint quad = place % quads;
    tiles[place] = first_column + 4u * quad < column_end ? parameters[bias + quad] : uvec4(0u);
  }
  barrier();
  [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) {
    [[unroll]] for (uint j = 0u; j < FRAGMENTS_ACROSS; ++j) {
      LOAD_REPEATED(sums[i][j], own_column() + FRAGMENT_COLUMNS * j);
    }
  }

  fetch_slice(0u);
  for (uint slice = 0u; slice < p.inputs; slice += DEPTH) {
    barrier();
    keep_slice();
    barrier();
    if (slice + DEPTH < p.inputs) fetch_slice(slice + DEPTH);
    multiply_slice();
  }

  bool edges = first_row + GROUP_ROWS > count || first_column + GROUP_COLUMNS > column_end;
  [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) {
    [[unroll]] for (uint j = 0u; j < FRAGMENTS_ACROSS; ++j) {
      [[unroll]] for (uint part = 0u; part < PARTS(sums[i][j]); ++part) {
        PART(sums[i][j], part) = activate(PART(sums[i][j], part));
      }
      uint row = first_row + own_row() + FRAGMENT_ROWS * i;
      uint column = first_column + own_column() + FRAGMENT_COLUMNS * j;
      uint y = (run * p.output_stride + row * p.outputs + column) / 8u;
      WRITE_FRAGMENT(
          sums[i][j], outputs, FLOAT32_OUTPUTS, y, p.outputs / 8u, edges, left(row, count), left(column, column_end));
    }
  }
}
