#version 450
// dW += X^T dY,  db += column sums of dY     X (C, I), dY (C, O), dW (I, O), db (O), inside gradients (splits, P)
//
// Matrix-unit family, mixed precision only (precision.glsl): a workgroup of 128 computes GROUP_ROWS x GROUP_COLUMNS of dW
// (rows are inputs) from slices of 32 rows (fragments.glsl), and goes on from what stands in `gradients`; the tiles of
// the first inputs also sum db. Minibatch row r belongs to split (r / SPLIT_BLOCK_ROWS) % splits.
// Workgroup x = tile, columns fastest; y = split; z = run of the window.
// Only outputs column_begin ..< column_begin + columns of the layer take part.
#define A_COLUMN_MAJOR
#include "Network/fragments.glsl"
#include "Common/buffers.glsl"
#include "Network/network.h"

layout(push_constant) uniform Push { DenseDispatch p; };

WIDE_FLOATS(0, inputs);            // (R, C, I / 4)
WIDE_FLOATS(1, output_gradients);  // (R, C, O / 4)
INPUT(2, uint, row_counts);        // (R, counts)
IN_OUT(3, vec4, gradients);        // (R, splits, P / 4)

void main() {
  uint run = gl_WorkGroupID.z;
  uint split = gl_WorkGroupID.y;
  uint splits = gl_NumWorkGroups.y;
  uint row_end = min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]);
  uint count = max(row_end, p.row_begin) - p.row_begin;
  uint first_block = (split + splits - (p.first_row + p.row_begin) / SPLIT_BLOCK_ROWS % splits) % splits;
  if (first_block * SPLIT_BLOCK_ROWS >= count) return;

  uint tiles_across = (p.columns + GROUP_COLUMNS - 1u) / GROUP_COLUMNS;
  uint first_input = gl_WorkGroupID.x / tiles_across * GROUP_ROWS;
  uint first_column = p.column_begin + gl_WorkGroupID.x % tiles_across * GROUP_COLUMNS;
  uint column_end = p.column_begin + p.columns;
  uint x_base = (run * p.input_stride + p.row_begin * p.inputs + first_input) / 4u;
  uint dy_base = (run * p.output_stride + p.row_begin * p.outputs + first_column) / 4u;
  uint gradient_base = run * p.gradient_stride + split * p.parameter_stride;

  SUM_FRAGMENT sum[FRAGMENTS_DOWN][FRAGMENTS_ACROSS];
  [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) {
    [[unroll]] for (uint j = 0u; j < FRAGMENTS_ACROSS; ++j) {
      uint row = first_input + quarter_row() + 16u * i + fragment_row();
      uint column = first_column + quarter_column() + 16u * j + fragment_column();
      bool inside = row < p.inputs && column < column_end;
      uint place = (gradient_base + p.weight_offset + row * p.outputs + column) / 4u;
      for (uint quad = 0u; quad < 2u; ++quad) {
        to_stage(quad, inside ? SCALED(gradients[place + quad]) : vec4(0.0));
      }
      barrier();
      load_sum(sum[i][j]);
      barrier();
    }
  }
  // db: one octet of columns of the tile per invocation
  uint bias_octet = gl_LocalInvocationIndex;
  uint bias_column = first_column + 8u * bias_octet;
  bool biased = first_input == 0u && bias_octet < B_OCTETS && bias_column < column_end && bias_column >= p.bias_begin;
  uint db = (gradient_base + p.bias_offset + bias_column) / 4u;
  vec4 bias_sum[2];
  [[unroll]] for (uint quad = 0u; quad < 2u; ++quad) {
    bias_sum[quad] = biased ? SCALED(gradients[db + quad]) : vec4(0.0);
  }

  for (uint block = first_block; block * SPLIT_BLOCK_ROWS < count; block += splits) {
    uint end = min(count, (block + 1u) * SPLIT_BLOCK_ROWS);
    for (uint slice = block * SPLIT_BLOCK_ROWS; slice < end; slice += DEPTH) {
      for (uint place = gl_LocalInvocationIndex; place < A_LINES * A_OCTETS; place += 128u) {
        uint row = place / A_OCTETS;
        uint octet = place % A_OCTETS;
        bool inside = slice + row < end && first_input + 8u * octet < p.inputs;
        uint from = x_base + (slice + row) * (p.inputs / 4u) + 2u * octet;
        a_tile[row * A_PITCH + octet] =
            inside ? eight_float16(LOAD4(inputs, from), LOAD4(inputs, from + 1u)) : uvec4(0u);
      }
      for (uint place = gl_LocalInvocationIndex; place < B_LINES * B_OCTETS; place += 128u) {
        uint row = place / B_OCTETS;
        uint octet = place % B_OCTETS;
        bool inside = slice + row < end && first_column + 8u * octet < column_end;
        uint from = dy_base + (slice + row) * (p.outputs / 4u) + 2u * octet;
        b_tile[row * B_PITCH + octet] =
            inside ? eight_float16(SCALED(LOAD4(output_gradients, from)), SCALED(LOAD4(output_gradients, from + 1u)))
                   : uvec4(0u);
      }
      barrier();
      multiply_slice(sum);
      if (biased) {
        for (uint row = 0u; row < DEPTH; ++row) {
          uvec4 halves = b_tile[row * B_PITCH + bias_octet];
          bias_sum[0] += float16_values(uvec4(halves.x, halves.x >> 16, halves.y, halves.y >> 16));
          bias_sum[1] += float16_values(uvec4(halves.z, halves.z >> 16, halves.w, halves.w >> 16));
        }
      }
      barrier();
    }
  }

  [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) {
    [[unroll]] for (uint j = 0u; j < FRAGMENTS_ACROSS; ++j) {
      store_sum(sum[i][j]);
      barrier();
      uint row = first_input + quarter_row() + 16u * i + fragment_row();
      uint column = first_column + quarter_column() + 16u * j + fragment_column();
      if (row < p.inputs && column < column_end) {
        uint place = (gradient_base + p.weight_offset + row * p.outputs + column) / 4u;
        for (uint quad = 0u; quad < 2u; ++quad) {
          gradients[place + quad] = UNSCALED(from_stage(quad));
        }
      }
      barrier();
    }
  }
  if (biased) {
    [[unroll]] for (uint quad = 0u; quad < 2u; ++quad) gradients[db + quad] = UNSCALED(bias_sum[quad]);
  }
}
