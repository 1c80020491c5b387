#version 450
// dW[f] += sum over rows, and entries (f, v) of the row, of v dY[row];   db += sum over rows of dY
//
// The weight gradient of a first layer on lists, without the static part (sparse_static_gradients.comp).
// An invocation owns SPARSE_FEATURE_BLOCK features and 4 columns and walks the rows of its split (in blocks of
// SPLIT_BLOCK_ROWS, as dense_backward_weights.comp) in order, so sums need no atomics. The invocations behind the last
// block of features sum the bias.
// x = (block of features, 4 columns), columns fastest; y = split; z = run of the window.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/row_numbers.glsl"

layout(local_size_x = 16) in;
layout(push_constant) uniform Push { SparseDispatch p; };

INPUT(0, uint, entries);           // (R, C, L)
INPUT(1, uint, lengths);           // (R, C)
#ifdef HALF_ROWS
INPUT(2, ROW_QUAD, output_gradients);  // (R, C, O / 4)
#define OUTPUT_GRADIENT(I) GRADIENT_FROM_ROW(output_gradients[I], p.layer.gradient_scale)
#else
WIDE_FLOATS(2, output_gradients);  // (R, C, O / 4)
#define OUTPUT_GRADIENT(I) LOAD4(output_gradients, I)
#endif
INPUT(3, uint, row_counts);        // (R, counts)
IN_OUT(4, vec4, gradients);        // (R, splits, P / 4)

void main() {
  uint run = gl_GlobalInvocationID.z;
  uint split = gl_GlobalInvocationID.y;
  uint columns = p.layer.outputs / 4u;
  uint block = gl_GlobalInvocationID.x / columns;
  uint column = gl_GlobalInvocationID.x % columns;
  uint blocks = (p.layer.inputs + SPARSE_FEATURE_BLOCK - 1u) / SPARSE_FEATURE_BLOCK;
  if (block > blocks) return;

  uint count = min(p.layer.rows, row_counts[run * p.layer.row_count_stride + p.layer.row_count_index]);
  uint first_block = (split + p.splits - p.layer.first_row / SPLIT_BLOCK_ROWS % p.splits) % p.splits;
  uint dy_base = run * p.layer.output_stride / 4u + column;
  uint gradient_base = (run * p.layer.gradient_stride + split * p.layer.parameter_stride) / 4u + column;
  uint dw_base = gradient_base + p.layer.weight_offset / 4u;
  uint db = gradient_base + p.layer.bias_offset / 4u;
  bool sums_bias = block == blocks;
  vec4 bias_sum = sums_bias ? gradients[db] : vec4(0.0);

  for (uint begin = first_block * SPLIT_BLOCK_ROWS; begin < count; begin += p.splits * SPLIT_BLOCK_ROWS) {
    uint end = min(count, begin + SPLIT_BLOCK_ROWS);
    for (uint row = begin; row < end; ++row) {
      if (sums_bias) {
        bias_sum += OUTPUT_GRADIENT(dy_base + row * columns);
        continue;
      }
      uint list = run * p.entry_stride + row * p.entry_pitch;
      uint list_end = list + lengths[run * p.length_stride + row];
      for (uint i = list; i < list_end; ++i) {
        uint entry = entries[i];
        uint feature = ENTRY_FEATURE(entry);
        if (feature / SPARSE_FEATURE_BLOCK == block) {
          vec4 dy = OUTPUT_GRADIENT(dy_base + row * columns);
          uint dw = dw_base + feature * columns;
          gradients[dw] = fma(vec4(float(int(entry) >> ENTRY_VALUE_SHIFT)), dy, gradients[dw]);
        }
      }
    }
  }
  if (sums_bias) gradients[db] = bias_sum;
}
