#version 450
// dW[f] += s_f db for every static entry (f, s_f)     once per minibatch, when db is complete
//
// The static features of a first layer are the same in every row, so their weight gradients are the bias gradient's
// multiples. x = (static entry, 4 columns), columns fastest; y = split; z = run of the window.
#include "Common/buffers.glsl"
#include "Network/network.h"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { StaticGradientsDispatch p; };

INPUT(0, uint, static_entries);  // (static_count)
IN_OUT(1, vec4, gradients);      // (R, splits, P / 4)

void main() {
  uint run = gl_GlobalInvocationID.z;
  uint split = gl_GlobalInvocationID.y;
  uint columns = p.outputs / 4u;
  uint index = gl_GlobalInvocationID.x / columns;
  uint column = gl_GlobalInvocationID.x % columns;
  if (index >= p.static_count) return;
  uint entry = static_entries[index];
  uint gradient_base = (run * p.gradient_stride + split * p.parameter_stride) / 4u + column;
  uint dw = gradient_base + p.weight_offset / 4u + ENTRY_FEATURE(entry) * columns;
  vec4 db = gradients[gradient_base + p.bias_offset / 4u];
  gradients[dw] = fma(vec4(float(int(entry) >> ENTRY_VALUE_SHIFT)), db, gradients[dw]);
}
