#version 450
// states[row_indices[s] % state_rows] = hidden[first_row + s]     the hidden states that are carried on, of runs that have rows
//
// One invocation per (sequence, 4 units), units fastest; y = run of the window.
#include "Common/buffers.glsl"
#include "Network/network.h"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { StateDispatch p; };

INPUT(0, vec4, hidden);       // (R, C, Hp / 4)
INPUT(1, uint, row_indices);  // (R, C)
INPUT(2, uint, row_counts);   // (R, counts)
OUTPUT(3, vec4, states);      // (R, state rows, Hp / 4)

void main() {
  uint run = gl_GlobalInvocationID.y;
  uint quads = p.width / 4u;
  uint sequence = gl_GlobalInvocationID.x / quads;
  uint unit = gl_GlobalInvocationID.x % quads;
  if (sequence >= p.sequences || row_counts[run * p.row_count_stride + ROW_COUNT_ALL] == 0u) return;
  uint state = row_indices[run * p.row_index_stride + sequence] % p.state_rows;
  states[run * (p.state_stride / 4u) + state * quads + unit] =
      hidden[run * (p.hidden_stride / 4u) + (p.first_row + sequence) * quads + unit];
}
