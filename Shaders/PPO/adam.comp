#version 450
// Adam (Kingma and Ba 2015) on clipped gradients:
//   g = scale * gradient;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
//   parameter -= learning rate * m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon)
// With ROUNDED_PARAMETERS it also writes the copy of the parameters in float16 that matrix units multiply.
// One invocation per (run, 16 consecutive parameters); does nothing where prepare_step found that the run has diverged.
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"
#ifdef ROUNDED_PARAMETERS
#define PRECISION_MIXED
#include "Network/precision.glsl"
#endif

INPUT(0, float, hyperparameters);
INPUT(1, float, step_scalars);
INPUT(2, vec4, gradients);          // (S, P); split 0 holds the sum
IN_OUT(3, vec4, first_moments);     // (P)
IN_OUT(4, vec4, second_moments);    // (P)
IN_OUT(5, vec4, parameters);        // (P)
#ifdef ROUNDED_PARAMETERS
OUTPUT(6, uvec2, rounded_parameters);  // (P)
#endif
layout(push_constant) uniform Push { AdamDispatch p; };

void main() {
  uint i = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  uint base = run * RUN_SCALARS;
  float scale = step_scalars[base + STEP_GRADIENT_SCALE];
  if (i >= p.partials || scale < 0.0) return;
  float beta1 = hyperparameters[base + HYPER_ADAM_BETA1];
  float beta2 = hyperparameters[base + HYPER_ADAM_BETA2];
  float epsilon = hyperparameters[base + HYPER_ADAM_EPSILON];
  float rate = step_scalars[base + STEP_LEARNING_RATE];
  float second = step_scalars[base + STEP_SECOND_MOMENT];
  for (uint quad = i * 4u; quad < i * 4u + 4u; ++quad) {
    uint at = run * p.parameter_stride / 4u + quad;
    vec4 g = gradients[run * p.gradient_stride / 4u + quad] * scale;
    vec4 m = beta1 * first_moments[at] + (1.0 - beta1) * g;
    vec4 v = beta2 * second_moments[at] + (1.0 - beta2) * g * g;
    first_moments[at] = m;
    second_moments[at] = v;
    vec4 parameter = parameters[at] - rate * m / (sqrt(v * second) + epsilon);
    parameters[at] = parameter;
#ifdef ROUNDED_PARAMETERS
    uvec4 halves = float16_bits(parameter);
    rounded_parameters[run * p.rounded_stride / 2u + quad] = halves.xz | (halves.yw << 16);
#endif
  }
}
