#version 450
// Starts a new episode where the last one is done (or everywhere): a copy of the start state. Nothing is drawn, but with
// CUE, where the start state has none:
//
//   cue = random(run seed; environment, episode, 0), uniform over the levers
//
// One invocation per (run, environment).
#include "Common/environment.h"
#include "Common/buffers.glsl"
#include "Levers/levers_layout.h"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "Common/environment_state.glsl"
#ifdef CUE
#include "Common/random.glsl"
#endif
INPUT(0, uvec2, seeds);         // (R), part of the contract; read with CUE
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
  uint start = (run * p.start_stride + environment * p.start_environment_stride) / 4u;
  STORE_STATE4(0u, start_states[start]);
#ifdef CUE
  uint episode = p.force_reset != 0u ? 0u : STATE(LEVERS_EPISODE) + 1u;
  uint cue = start_states[start + 1u].x;
  uint drawn = to_index(random_words(seeds[run * p.seed_stride], PURPOSE_DEAL, environment, episode, 0u).x, LEVERS);
  STORE_STATE4(LEVERS_CUE, uvec4(cue == 0u ? drawn + 1u : cue, episode, 0u, 0u));
#endif
}
