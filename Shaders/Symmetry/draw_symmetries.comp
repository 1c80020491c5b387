#version 450
// The symmetry of every seat in the episode that its environment is in, the same in all steps of the episode:
//   episode += done of the step before row block `block`, where COUNT_EPISODES and block > 0
//   symmetries[block, n, a] = first_element + random(run seed; n, episode, a) below `elements`
//
// One invocation per (run, environment).
#include "Common/buffers.glsl"
#include "Common/random.glsl"
#include "Symmetry/symmetry.h"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { SymmetryDrawDispatch p; };

INPUT(0, uvec2, seeds);        // (R)
OUTPUT(1, uint, symmetries);   // (R, blocks, N, A)
#ifdef COUNT_EPISODES
IN_OUT(2, uint, episodes);     // (R, N): episodes that ended
INPUT(3, uint, dones);         // (R, T, N)
#else
INPUT(2, uint, episodes);      // (R, N, pitch), in the first word
#endif

void main() {
  uint n = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (n >= p.environments) return;
  uint counter = run * p.episode_stride + n * p.episode_pitch;
  uint episode = episodes[counter];
#ifdef COUNT_EPISODES
  if (p.block > 0u) {
    episode += uint(dones[run * p.done_stride + (p.block - 1u) * p.environments + n] != 0u);
    episodes[counter] = episode;
  }
#endif
  uint row = run * p.symmetry_stride + (p.block * p.environments + n) * AGENTS;
  for (uint seat = 0u; seat < AGENTS; ++seat) {
    uint bits = random_words(seeds[run * p.seed_stride], PURPOSE_SYMMETRY, n, episode, seat).x;
    symmetries[row + seat] = p.first_element + to_index(bits, p.elements);
  }
}
