#version 450
// rounded = parameters as float16, the copy of the weights that matrix units multiply (adam.comp keeps it up to date)
//
// One invocation per 4 parameters; x = parameters, y = parameter set.
#define PRECISION_MIXED
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/precision.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { RoundDispatch p; };

INPUT(0, vec4, parameters);           // (sets, P / 4)
OUTPUT(1, uvec2, rounded_parameters);  // (sets, P / 4)

void main() {
  uint quad = gl_GlobalInvocationID.x;
  uint set = gl_GlobalInvocationID.y;
  if (quad >= p.parameters / 4u) return;
  uvec4 halves = float16_bits(parameters[set * p.parameter_stride / 4u + quad]);
  rounded_parameters[set * p.rounded_stride / 2u + quad] = halves.xz | (halves.yw << 16);
}
