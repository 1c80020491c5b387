#version 450
// dW += X^T dY,  db += column sums of dY     X (C, I), dY (C, O), dW (I, O), db (O), inside gradients (splits, P)
//
// Matrix-unit family, mixed precision only: X and dY are float16 or float32, dY scaled by gradient_scale where it is
// float16; gradients are float32. A workgroup of 256 computes GROUP_ROWS x GROUP_COLUMNS of dW (rows are inputs) from
// slices of 32 rows (fragments.glsl), and goes on from what stands in `gradients`; the tiles of the first inputs also sum
// db, as the product of a row of ones. Minibatch row r belongs to split (r / SPLIT_BLOCK_ROWS) % splits.
// Workgroup x = tile, columns fastest; y = split; z = run of the window.
// Only outputs column_begin ..< column_begin + columns of the layer take part.
#define A_COLUMN_MAJOR
#define SUMS_COLUMNS
#include "Network/fragments.glsl"

layout(push_constant) uniform Push { DenseDispatch p; };

INPUT(0, uvec4, inputs);            // (R, C, I / 8), or (R, C, I / 4) in float32
INPUT(1, uvec4, output_gradients);  // (R, C, O / 8), or (R, C, O / 4) in float32
INPUT(2, uint, row_counts);         // (R, counts)
IN_OUT(3, uvec4, gradients);        // (R, splits, P / 4)

uint run, splits, count, first_input, first_column, column_end;

// 32 rows from `slice` on, of which those from `end` on are 0.
void fetch_slice(uint slice, uint end) {
  uint x = (run * p.input_stride + (p.row_begin + slice) * p.inputs + first_input) / 8u;
  [[unroll]] for (uint i = 0u; i < A_SHARE; ++i) {
    uint place = gl_LocalInvocationIndex + PRODUCT_INVOCATIONS * i;
    uint row = place / A_OCTETS;
    uint octet = place % A_OCTETS;
    a_next[i] = uvec4(0u);
    if (row < A_LINES && slice + row < end && first_input + 8u * octet < p.inputs) {
      READ_OCTET(a_next[i], inputs, FLOAT32_INPUTS, x + row * (p.inputs / 8u) + octet, 1.0);
    }
  }
  uint dy = (run * p.output_stride + (p.row_begin + slice) * p.outputs + first_column) / 8u;
  [[unroll]] for (uint i = 0u; i < B_SHARE; ++i) {
    uint place = gl_LocalInvocationIndex + PRODUCT_INVOCATIONS * i;
    uint row = place / B_OCTETS;
    uint octet = place % B_OCTETS;
    b_next[i] = uvec4(0u);
    if (row < B_LINES && slice + row < end && first_column + 8u * octet < column_end) {
      READ_OCTET(
          b_next[i], output_gradients, FLOAT32_OUTPUTS, dy + row * (p.outputs / 8u) + octet, p.gradient_scale);
    }
  }
}

// The slice behind one: in the same block of rows, or the first of the split's next block.
uint following(uint slice) {
  uint next = slice + DEPTH;
  return next % SPLIT_BLOCK_ROWS == 0u ? next + (splits - 1u) * SPLIT_BLOCK_ROWS : next;
}

void main() {
  run = gl_WorkGroupID.z;
  uint split = gl_WorkGroupID.y;
  splits = gl_NumWorkGroups.y;
  count = left(p.row_begin, min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]));
  uint first_block = (split + splits - (p.first_row + p.row_begin) / SPLIT_BLOCK_ROWS % splits) % splits;
  if (first_block * SPLIT_BLOCK_ROWS >= count) return;

  uint tiles_across = (p.columns + GROUP_COLUMNS - 1u) / GROUP_COLUMNS;
  first_input = gl_WorkGroupID.x / tiles_across * GROUP_ROWS;
  first_column = p.column_begin + gl_WorkGroupID.x % tiles_across * GROUP_COLUMNS;
  column_end = p.column_begin + p.columns;
  uint gradient_base = run * p.gradient_stride + split * p.parameter_stride;
  uint dw = gradient_base + p.weight_offset;
  uint db = gradient_base + p.bias_offset + first_column;
  uint pitch = p.outputs / 8u;
  bool edges = first_input + GROUP_ROWS > p.inputs || first_column + GROUP_COLUMNS > column_end;

  [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) {
    [[unroll]] for (uint j = 0u; j < FRAGMENTS_ACROSS; ++j) {
      uint row = first_input + own_row() + FRAGMENT_ROWS * i;
      uint column = first_column + own_column() + FRAGMENT_COLUMNS * j;
      READ_FRAGMENT(
          sums[i][j], gradients, true, (dw + row * p.outputs + column) / 8u, pitch, edges, left(row, p.inputs),
          left(column, column_end));
      [[unroll]] for (uint part = 0u; part < PARTS(sums[i][j]); ++part) PART(sums[i][j], part) *= p.gradient_scale;
    }
  }
  // Quads of columns with a bias: whoever has one carries it both ways.
  bool biased = first_input == 0u;
  const uint quads = GROUP_COLUMNS / 4u;
  uint own_quad = gl_LocalInvocationIndex % quads;
  uint bias_column = first_column + 4u * own_quad;
  bool has_bias = bias_column < column_end && bias_column >= p.bias_begin;
  sums_columns = biased && own_row() == 0u;
  if (biased) {
    barrier();
    vec4 before = has_bias ? uintBitsToFloat(gradients[db / 4u + own_quad]) * p.gradient_scale : vec4(0.0);
    for (uint place = gl_LocalInvocationIndex; place < FRAGMENT_ROWS * quads; place += PRODUCT_INVOCATIONS) {
      tiles[place] = floatBitsToUint(before);
    }
    barrier();
    [[unroll]] for (uint j = 0u; j < FRAGMENTS_ACROSS; ++j) {
      LOAD_REPEATED(column_sums[j], own_column() + FRAGMENT_COLUMNS * j);
    }
  }

  uint slice = first_block * SPLIT_BLOCK_ROWS;
  fetch_slice(slice, count);
  while (slice < count) {
    uint next = following(slice);
    barrier();
    keep_slice();
    barrier();
    if (next < count) fetch_slice(next, count);
    multiply_slice();
    slice = next;
  }

  float factor = inverse_scale(p.gradient_scale);
  [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) {
    [[unroll]] for (uint j = 0u; j < FRAGMENTS_ACROSS; ++j) {
      [[unroll]] for (uint part = 0u; part < PARTS(sums[i][j]); ++part) PART(sums[i][j], part) *= factor;
      uint row = first_input + own_row() + FRAGMENT_ROWS * i;
      uint column = first_column + own_column() + FRAGMENT_COLUMNS * j;
      WRITE_FRAGMENT(
          sums[i][j], gradients, true, (dw + row * p.outputs + column) / 8u, pitch, edges, left(row, p.inputs),
          left(column, column_end));
    }
  }
  if (biased) {
    barrier();
    if (sums_columns) {
      [[unroll]] for (uint j = 0u; j < FRAGMENTS_ACROSS; ++j) {
        STORE_FRAGMENT(column_sums[j], tiles, (own_column() + FRAGMENT_COLUMNS * j) / 4u, quads);
      }
    }
    barrier();
    if (gl_LocalInvocationIndex < quads && has_bias) {
      gradients[db / 4u + own_quad] = floatBitsToUint(uintBitsToFloat(tiles[own_quad]) * factor);
    }
  }
}
