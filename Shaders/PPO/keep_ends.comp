#version 450
// Keeps what the seats of an environment saw when its episode was cut off, for the value of it. Row block t + 1 shows the states
// behind step t, before new episodes begin; where step t ended one, row block T + 1 gets
//   observations, legal masks of row block t + 1, and the symmetry of row block t with Other-Play
// and everywhere after step 0, so that no row holds what another run has left.
// One invocation per (run, environment, agent).
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"

INPUT(0, uint, dones);            // (T, N)
IN_OUT(1, uint, observations);    // (T + 2, N, A, W)
IN_OUT(2, uint, legal_masks);     // (T + 2, N, A, MASK_WORDS)
#ifdef SYMMETRIES
IN_OUT(3, uint, symmetries);      // (T + 2, N, A)
#endif
layout(push_constant) uniform Push { EndsDispatch p; };

void main() {
  uint seat = gl_GlobalInvocationID.x;  // environment * A + agent
  uint run = gl_GlobalInvocationID.y;
  uint seats = p.rollout.environments * AGENTS;
  if (seat >= seats) return;
  uint done = dones[run * p.rollout.done_stride + p.step * p.rollout.environments + seat / AGENTS];
  if (done == 0u && p.step > 0u) return;
  uint from = (p.step + 1u) * seats + seat;
  uint to = (p.rollout.steps + 1u) * seats + seat;
  uint observation_base = run * p.observation_stride;
  for (uint w = 0u; w < p.observation_words; ++w) {
    observations[observation_base + to * p.observation_words + w] = observations[observation_base + from * p.observation_words + w];
  }
  uint mask_base = run * p.rollout.mask_stride;
  for (uint w = 0u; w < MASK_WORDS; ++w) {
    legal_masks[mask_base + to * MASK_WORDS + w] = legal_masks[mask_base + from * MASK_WORDS + w];
  }
#ifdef SYMMETRIES
  uint symmetry_base = run * p.symmetry_stride;
  symmetries[symmetry_base + to] = symmetries[symmetry_base + from - seats];
#endif
}
