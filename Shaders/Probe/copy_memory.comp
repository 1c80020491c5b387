#version 450
// target = source, PROBE_SUMS quads per invocation, those of a workgroup side by side
#include "Common/buffers.glsl"
#include "Probe/probe.h"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { ProbeDispatch p; };

WIDE_FLOATS(0, source);   // (count)
OUTPUT(1, vec4, target);  // (count)

void main() {
  uint first = gl_WorkGroupID.x * 64u * PROBE_SUMS + gl_LocalInvocationID.x;
  [[unroll]] for (uint j = 0u; j < PROBE_SUMS; ++j) {
    uint i = first + 64u * j;
    if (i < p.count) target[i] = LOAD4(source, i);
  }
}
