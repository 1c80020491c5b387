#version 450
// gradients[0][j] = sum over splits s of gradients[s][j], in order; norm_partials[i] = sum of squares of 16 of them.
// One invocation per (run, 16 consecutive parameters).
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"

IN_OUT(0, vec4, gradients);        // (S, P) as vec4
OUTPUT(1, float, norm_partials);   // (P / 16)
layout(push_constant) uniform Push { AdamDispatch p; };

void main() {
  uint i = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (i >= p.partials) return;
  float squares = 0.0;
  for (uint quad = i * 4u; quad < i * 4u + 4u; ++quad) {
    uint base = run * p.gradient_stride / 4u + quad;
    vec4 sum = gradients[base];
    for (uint split = 1u; split < p.splits; ++split) sum += gradients[base + split * p.parameters / 4u];
    gradients[base] = sum;
    squares += dot(sum, sum);
  }
  norm_partials[run * p.partial_stride + i] = squares;
}
