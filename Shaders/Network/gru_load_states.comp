#version 450
// previous[s] = resets[s] ? 0 : states[row_indices[s] % state_rows]     the hidden states that the first step starts from
//
// One invocation per (sequence, 4 units), units fastest; y = run of the window.
#include "Common/buffers.glsl"
#include "Network/network.h"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { StateDispatch p; };

INPUT(0, vec4, states);       // (R, state rows, Hp / 4)
INPUT(1, uint, row_indices);  // (R, C)
INPUT(2, uint, resets);       // (R, C)
OUTPUT(3, vec4, previous);    // (R, C, Hp / 4)

void main() {
  uint run = gl_GlobalInvocationID.y;
  uint quads = p.width / 4u;
  uint sequence = gl_GlobalInvocationID.x / quads;
  uint unit = gl_GlobalInvocationID.x % quads;
  if (sequence >= p.sequences) return;
  uint state = row_indices[run * p.row_index_stride + sequence] % p.state_rows;
  vec4 h = states[run * (p.state_stride / 4u) + state * quads + unit];
  bool reset = resets[run * p.reset_stride + sequence] != 0u;
  previous[run * (p.hidden_stride / 4u) + (p.first_row + sequence) * quads + unit] = reset ? vec4(0.0) : h;
}
