#version 450
// The observation rows of one seat of one cell for a recurrent network, which sees every env step, also those in which the
// seat does not choose; n in 0 ..< N:
//   row_indices[n] = row of (cell, n, seat);  resets[n] = whether the env step before ended a game;  row_counts[0] = (N, N), and
//   where policies come in several windows, row_counts[1 + w] = the same if the seat's policy is of window w, else 0
//   workspace_rows[n] = n where the seat acts and environment n is not finished, else NO_WORKSPACE_ROW; where the seat's
//   policy is one of another network, its counts are 0 and workspace_rows[n] = ROW_OF_ANOTHER_NETWORK
// A seat acts where its legal mask has more than one bit. One invocation per (cell, seat, environment).
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "Evaluation/evaluation.h"
#include "Network/network.h"
#include "Evaluation/game_quota.glsl"

INPUT(0, uint, legal_masks);      // (cells, N, A, MASK_WORDS)
INPUT(1, uint, games);            // (cells, N, GAMES_WORDS)
INPUT(2, uint, dones);            // (cells, N)
OUTPUT(3, uint, row_indices);     // (cells, A, N): rows counted over all cells
OUTPUT(4, uint, resets);          // (cells, A, N)
OUTPUT(5, uint, row_counts);      // (1, or 1 + windows; cells, A, counts)
OUTPUT(6, uint, workspace_rows);  // (cells, A, N)
INPUT(7, uint, seat_windows);     // (cells, A): the window of the seat's policy
layout(push_constant) uniform Push { EvaluationDispatch p; };
#include "Common/acting.glsl"
#include "Evaluation/window_counts.glsl"

void main() {
  uint n = gl_GlobalInvocationID.x;
  uint z = gl_GlobalInvocationID.y;
  if (n >= p.environments) return;
  uint cell = z / AGENTS;
  uint seat = z % AGENTS;
  uint completed = games[cell * p.game_stride + n * GAMES_WORDS + GAMES_COMPLETED];
  bool chooses = completed < game_quota(p.games, p.environments, n)
      && has_choice(cell * p.mask_stride + (n * AGENTS + seat) * MASK_WORDS);
  row_indices[z * p.index_stride + n] = cell * p.observation_rows + n * AGENTS + seat;
  resets[z * p.index_stride + n] = dones[cell * p.done_stride + n] != 0u ? 1u : 0u;
  workspace_rows[z * p.workspace_stride + n] =
      !seat_is_here(z) ? ROW_OF_ANOTHER_NETWORK : chooses ? n : NO_WORKSPACE_ROW;
  if (n == 0u) {
    for (uint block = 0u; block < count_blocks(); ++block) write_row_counts(z, block, p.environments, p.environments);
  }
}
