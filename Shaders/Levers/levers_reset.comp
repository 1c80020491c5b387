#version 450
// Starts a new episode where the last one is done (or everywhere): a copy of the start state. Nothing is drawn.
//
// One invocation per (run, environment).
#include "Common/environment.h"
#include "Common/buffers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "Common/environment_state.glsl"
INPUT(0, uvec2, seeds);         // (R), part of the contract
INPUT(1, uint, dones);          // (R, T, N)
INPUT(2, uvec4, start_states);  // (R, N, S / 4), or one for all
STATES_IN_OUT(3);               // (R, N, S)

void main() {
  uint environment = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (environment >= p.environments) return;
  locate_state(run, environment);
  bool done = dones[run * p.done_stride + p.transition * p.environments + environment] != 0u;
  if (p.force_reset == 0u && !done) return;
  STORE_STATE4(0u, start_states[(run * p.start_stride + environment * p.start_environment_stride) / 4u]);
}
