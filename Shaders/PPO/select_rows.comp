#version 450
// Lists the rollout rows of one chunk, acting seats first, both parts in their original order:
//   source(i) = first + i, or permutation(first + i) in an epoch
//   row_indices = [source(i) where acting] ++ [source(i) where waiting];  row_counts = (rows, acting rows)
// A seat acts where its legal mask has more than one bit. One workgroup of 256 per run; invocation k owns a stretch of
// ceil(rows / 256) positions; an exclusive prefix sum over the stretches gives every row its place.
layout(local_size_x = 256) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"
#include "Network/network.h"
#include "PPO/permutation.glsl"

INPUT(0, uint, legal_masks);     // (T + 1, N, A, MASK_WORDS)
INPUT(1, uvec2, seeds);          // one per run, SEED_STRIDE apart
INPUT(2, uint, progress);        // (RUN_SCALARS)
OUTPUT(3, uint, row_indices);    // (C)
OUTPUT(4, uint, row_counts);     // (2)
layout(push_constant) uniform Push { RowSelection p; };

#define WORKGROUP 256u
#define WORKGROUP_VALUE uint
#include "Common/workgroup.glsl"
#include "Common/acting.glsl"

bool is_acting(uint run, uint row) { return has_choice(run * p.mask_stride + row * MASK_WORDS); }

void main() {
  uint run = gl_WorkGroupID.x;
  uint lane = gl_LocalInvocationID.x;
  uint stretch = (p.rows + 255u) / 256u;
  uint begin = min(lane * stretch, p.rows);
  uint end = min(begin + stretch, p.rows);
  Permutation permutation =
      make_permutation(p.total_rows, seeds[run * SEED_STRIDE], progress[run * RUN_SCALARS + PROGRESS_UPDATE], p.epoch);

  uint acting = 0u;
  for (uint i = begin; i < end; ++i) {
    uint row = p.first + i;
    if (p.permuted != 0u) row = permuted(permutation, row);
    if (is_acting(run, row)) ++acting;
  }
  uint next_acting = workgroup_prefix_sum(acting) - acting;
  uint total_acting = workgroup_total();
  uint next_waiting = total_acting + begin - next_acting;
  uint base = run * p.index_stride;
  for (uint i = begin; i < end; ++i) {
    uint row = p.first + i;
    if (p.permuted != 0u) row = permuted(permutation, row);
    bool acts = is_acting(run, row);
    row_indices[base + (acts ? next_acting : next_waiting)] = row;
    if (acts) ++next_acting; else ++next_waiting;
  }
  if (lane == 0u) {
    row_counts[run * p.count_stride + ROW_COUNT_ALL] = p.rows;
    row_counts[run * p.count_stride + ROW_COUNT_ACTING] = total_acting;
  }
}
