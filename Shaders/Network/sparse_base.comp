#version 450
// base = b + sum over the static entries of s_f W[f]     W (I, O), b (O), base (O)
//
// What a first layer adds up for an observation that shows nothing but what never changes.
// x = 4 columns, y = run of the window.
#include "Common/buffers.glsl"
#include "Network/network.h"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { SparseDispatch p; };

WIDE_FLOATS(0, parameters);      // (policies, P / 4)
INPUT(1, uint, policy_indices);  // (R)
INPUT(2, uint, static_entries);  // (static_count)
OUTPUT(3, vec4, base);           // (R, O / 4)

void main() {
  uint column = gl_GlobalInvocationID.x;  // in quads
  uint run = gl_GlobalInvocationID.y;
  uint columns = p.layer.outputs / 4u;
  if (column >= columns) return;
  uint parameter_base = policy_indices[run * p.layer.policy_index_stride] * p.layer.parameter_stride;
  uint weight = (parameter_base + p.layer.weight_offset) / 4u + column;
  vec4 sum = LOAD4(parameters, (parameter_base + p.layer.bias_offset) / 4u + column);
  for (uint i = 0u; i < p.static_count; ++i) {
    uint entry = static_entries[i];
    sum += float(int(entry) >> ENTRY_VALUE_SHIFT) * LOAD4(parameters, weight + ENTRY_FEATURE(entry) * columns);
  }
  base[run * p.base_stride / 4u + column] = sum;
}
