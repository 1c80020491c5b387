#version 450
// Lists the rollout rows of one chunk for a recurrent network: whole sequences, time slowest; row i = (t, s):
//   t = first_step + i / sequences,  actor = s-th from first_sequence on, in order or as the epoch permutes actors
//   row_indices[i] = t N A + actor;  resets[i] = t > 0 and dones[t - 1] of the actor's environment
//   row_counts = (rows, rows): every row goes through all layers, since the order of time leaves no room for another
// One invocation per (run, row).
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"
#include "Network/network.h"
#include "PPO/permutation.glsl"

INPUT(0, uint, dones);         // (T, N)
INPUT(1, uvec2, seeds);        // one per run, SEED_STRIDE apart
INPUT(2, uint, progress);      // (RUN_SCALARS)
OUTPUT(3, uint, row_indices);  // (C)
OUTPUT(4, uint, resets);       // (C)
OUTPUT(5, uint, row_counts);   // (counts)
layout(push_constant) uniform Push { SequenceSelection p; };

void main() {
  uint i = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  uint rows = p.sequences * p.steps;
  if (i >= rows) return;
  uint t = p.first_step + i / p.sequences;
  uint actor = p.first_sequence + i % p.sequences;
  if (p.permuted != 0u) {
    Permutation permutation =
        make_permutation(p.actors, seeds[run * SEED_STRIDE], progress[run * RUN_SCALARS + PROGRESS_UPDATE], p.epoch);
    actor = permuted(permutation, actor);
  }
  uint environments = p.actors / AGENTS;
  uint before = run * p.done_stride + (max(t, 1u) - 1u) * environments + actor / AGENTS;
  row_indices[run * p.index_stride + i] = t * p.actors + actor;
  resets[run * p.index_stride + i] = t > 0u && dones[before] != 0u ? 1u : 0u;
  if (i == 0u) {
    row_counts[run * p.count_stride + ROW_COUNT_ALL] = rows;
    row_counts[run * p.count_stride + ROW_COUNT_ACTING] = rows;
  }
}
