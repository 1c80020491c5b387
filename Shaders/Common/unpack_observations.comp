#version 450
// values[row, feature] = observation_value(row, feature): the float32 observation, for verification and exports.
//
// One invocation per (row, feature).
#include "Common/buffers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { uint count; };
INPUT(0, uint, observations);  // (rows, W)
OUTPUT(1, float, values);      // (rows, D)

#include "ENVIRONMENT_OBSERVATION"

void main() {
  uint i = gl_GlobalInvocationID.x;
  if (i >= count) return;
  values[i] = observation_value(i / OBSERVATION_FEATURES * OBSERVATION_WORDS, i % OBSERVATION_FEATURES);
}
