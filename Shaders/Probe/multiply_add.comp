#version 450
// s_j = s_j a + b, `iterations` times, for PROBE_SUMS sums of four numbers; their sum is written so that none is left out
//
// Nothing but multiply-adds in registers: eight chains that do not depend on each other fill the pipelines of a processor
// with 16 vector registers; a graphics processor has many invocations for that. One invocation per element.
#include "Common/buffers.glsl"
#include "Probe/probe.h"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { ProbeDispatch p; };

IN_OUT(0, vec4, values);  // (count)

void main() {
  uint i = gl_GlobalInvocationID.x;
  if (i >= p.count) return;
  vec4 start = values[i];
  vec4 a = start * 0.5 + 0.25;
  vec4 b = start + 0.125;
  vec4 sums[PROBE_SUMS];
  [[unroll]] for (uint j = 0u; j < PROBE_SUMS; ++j) sums[j] = start + float(j);
  for (uint step = 0u; step < p.iterations; step += 8u) {
    [[unroll]] for (uint k = 0u; k < 8u; ++k) {
      [[unroll]] for (uint j = 0u; j < PROBE_SUMS; ++j) sums[j] = fma(sums[j], a, b);
    }
  }
  vec4 total = vec4(0.0);
  [[unroll]] for (uint j = 0u; j < PROBE_SUMS; ++j) total += sums[j];
  values[i] = total * 1.0e-30;
}
