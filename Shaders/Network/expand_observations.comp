#version 450
// inputs[row, f] = f < D ? observation_value(observations[row_indices[offset + row]], f) : 0   for row < row_counts.all
//
// Rows at and beyond the count are not written: nobody reads more of them than a tile of rows that it leaves out.
// With SYMMETRIES it reads f through the table of the row's symmetry: table[g][f] is the feature that g takes to f.
//
// With SELECTS_ROWS it also chooses the rows: those of one env step, acting seats first (select_share.glsl). Then a workgroup
// has 32 rows, x = workgroup.
//
// Packed observations become the inputs (C, D padded to 8) of the first layer, in scratch memory only: float32 or, with
// HALF_ROWS, float16.
// One invocation writes 8 features of one row; x = (row, 8 features), the features fastest; y = run of the window.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/row_numbers.glsl"

#ifdef SELECTS_ROWS
#define GROUP_ROWS EXPANDED_GROUP_ROWS
layout(local_size_x = 256) in;
layout(push_constant) uniform Push { SelectedDispatch p; };
INPUT(0, uint, observations);  // (R, rows, W)
#include "Network/select_share.glsl"
#else
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { ExpandDispatch p; };
#include "Network/expand_observations.glsl"
#endif
OUTPUT(3, ROW_QUAD, inputs);   // (R, C, Dp / 4)

#ifdef SYMMETRIES
INPUT(4, uint, symmetries);      // (R, rows)
INPUT(5, uvec4, feature_table);  // (G, Dp / 8): 8 features of 16 bits
#endif

#include "ENVIRONMENT_OBSERVATION"

float padded_value(uint row_base, uint feature, uint source) {
  float value = observation_value(row_base, min(source, p.features - 1u));
  return feature < p.features ? value : 0.0;
}

#ifdef SYMMETRIES
#define SOURCE(I) ((sources[(I) / 2u] >> (16u * ((I) & 1u))) & 0xFFFFu)
#else
#define SOURCE(I) (feature + (I))
#endif

// 8 features of observation `index`, from `feature` on, into workspace row `row`.
void expand(uint run, uint row, uint index, uint feature) {
  uint row_base = run * p.observation_stride + index * p.observation_words;
#ifdef SYMMETRIES
  uvec4 sources = feature_table[symmetries[run * p.symmetry_stride + index] * (p.padded_features / 8u) + feature / 8u];
#endif
  vec4 low;
  vec4 high;
  [[unroll]] for (uint i = 0u; i < 4u; ++i) {
    low[i] = padded_value(row_base, feature + i, SOURCE(i));
    high[i] = padded_value(row_base, feature + 4u + i, SOURCE(4u + i));
  }
  uint target = (run * p.input_stride + row * p.padded_features + feature) / 4u;
  inputs[target] = to_row(low);
  inputs[target + 1u] = to_row(high);
}

void main() {
  uint run = gl_GlobalInvocationID.y;
  uint parts = p.padded_features / 8u;
#ifdef SELECTS_ROWS
  uint first = gl_WorkGroupID.x * GROUP_ROWS;
  select_share(run, first);
  uint count = min(p.rows - first, GROUP_ROWS) * parts;
  for (uint part = gl_LocalInvocationID.x; part < count; part += WORKGROUP) {
    expand(run, first + part / parts, selected[part / parts], part % parts * 8u);
  }
#else
  uint row = gl_GlobalInvocationID.x / parts;
  if (row >= min(p.rows, row_counts[run * p.row_count_stride + ROW_COUNT_ALL])) return;
  uint index = row_indices[run * p.row_index_stride + p.row_index_offset + row];
  expand(run, row, index, gl_GlobalInvocationID.x % parts * 8u);
#endif
}
