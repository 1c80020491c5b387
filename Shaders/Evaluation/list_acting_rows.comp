#version 450
// Lists the observation rows for which one seat of one cell chooses an action:
//   row_indices = [row of (cell, n, seat) for n in 0 ..< N where the seat acts and environment n is not finished]
//   row_counts = (rows, rows);  workspace_rows[n] = place of n in the list, or NO_WORKSPACE_ROW
// A seat acts where its legal mask has more than one bit. One workgroup of 64 per (cell, seat); invocation k owns a
// stretch of ceil(N / 64) environments; an exclusive prefix sum over the stretches gives every row its place.
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "Evaluation/evaluation.h"
#include "Network/network.h"
#include "Evaluation/game_quota.glsl"

INPUT(0, uint, legal_masks);      // (cells, N, A, MASK_WORDS)
INPUT(1, uint, games);         // (cells, N, GAMES_WORDS)
OUTPUT(2, uint, row_indices);     // (cells, A, N): rows counted over all cells
OUTPUT(3, uint, row_counts);      // (cells, A, 2)
OUTPUT(4, uint, workspace_rows);  // (cells, A, N)
layout(push_constant) uniform Push { EvaluationDispatch p; };

#define WORKGROUP 64u
#define WORKGROUP_VALUE uint
#include "Common/workgroup.glsl"
#include "Common/acting.glsl"

bool chooses(uint cell, uint seat, uint n) {
  uint completed = games[cell * p.game_stride + n * GAMES_WORDS + GAMES_COMPLETED];
  return has_choice(cell * p.mask_stride + (n * AGENTS + seat) * MASK_WORDS)
      && completed < game_quota(p.games, p.environments, n);
}

void main() {
  uint z = gl_WorkGroupID.x;
  uint cell = z / AGENTS;
  uint seat = z % AGENTS;
  uint lane = gl_LocalInvocationID.x;
  uint stretch = (p.environments + 63u) / 64u;
  uint begin = min(lane * stretch, p.environments);
  uint end = min(begin + stretch, p.environments);

  uint rows = 0u;
  for (uint n = begin; n < end; ++n) rows += uint(chooses(cell, seat, n));
  uint next = workgroup_prefix_sum(rows) - rows;
  for (uint n = begin; n < end; ++n) {
    bool listed = chooses(cell, seat, n);
    workspace_rows[z * p.workspace_stride + n] = listed ? next : NO_WORKSPACE_ROW;
    if (listed) {
      row_indices[z * p.index_stride + next] = cell * p.observation_rows + n * AGENTS + seat;
      ++next;
    }
  }
  if (lane == 0u) {
    row_counts[z * p.count_stride + ROW_COUNT_ALL] = workgroup_total();
    row_counts[z * p.count_stride + ROW_COUNT_ACTING] = workgroup_total();
  }
}
