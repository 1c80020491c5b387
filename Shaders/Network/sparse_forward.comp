#version 450
// Y = act(base + sum over the entries of the row of v W[f])     W (I, O), base (O), Y (C, O)
//
// The first layer on lists (list_observations.comp); equals act(X W + b) on dense rows up to the order of the sum.
// x = (row, 4 columns), columns fastest; y = run of the window. Rows at and beyond the row count are not written.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/activation.glsl"
#include "Network/row_numbers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { SparseDispatch p; };

WIDE_FLOATS(0, parameters);      // (policies, P / 4)
WIDE_FLOATS(1, base);            // (R, O / 4)
INPUT(2, uint, entries);         // (R, C, L)
INPUT(3, uint, lengths);         // (R, C)
INPUT(4, uint, row_counts);      // (R, counts)
INPUT(5, uint, policy_indices);  // (R)
OUTPUT(6, ROW_QUAD, outputs);    // (R, C, O / 4)

void main() {
  uint run = gl_GlobalInvocationID.y;
  uint columns = p.layer.outputs / 4u;
  uint row = gl_GlobalInvocationID.x / columns;
  uint column = gl_GlobalInvocationID.x % columns;
  if (row >= min(p.layer.rows, row_counts[run * p.layer.row_count_stride + p.layer.row_count_index])) return;

  uint parameter_base = policy_indices[run * p.layer.policy_index_stride] * p.layer.parameter_stride;
  uint weight = (parameter_base + p.layer.weight_offset) / 4u + column;
  uint list = run * p.entry_stride + row * p.entry_pitch;
  uint end = list + lengths[run * p.length_stride + row];
  vec4 sum = LOAD4(base, run * p.base_stride / 4u + column);
  for (uint i = list; i < end; ++i) {
    uint entry = entries[i];
    vec4 w = LOAD4(parameters, weight + ENTRY_FEATURE(entry) * columns);
    sum = fma(vec4(float(int(entry) >> ENTRY_VALUE_SHIFT)), w, sum);
  }
  outputs[run * p.layer.output_stride / 4u + row * columns + column] = to_row(activate(sum));
}
