#version 450
// Lists the observation rows for which one seat of one cell chooses an action:
//   row_indices = [row of (cell, n, seat) for n in 0 ..< N where the seat acts and environment n is not finished],
//     rows with a wide action first
//   row_counts[0] = (rows, rows, rows with a wide action), and where policies come in several windows,
//     row_counts[1 + w] = the same if the seat's policy is of window w, else 0;
//   workspace_rows[n] = place of n in the list, or NO_WORKSPACE_ROW
// A seat acts where its legal mask has more than one bit. A seat whose policy is one of another network has no rows, and
// ROW_OF_ANOTHER_NETWORK in workspace_rows. One workgroup of 64 per (cell, seat); invocation k owns a
// stretch of ceil(N / 64) environments; an exclusive prefix sum over the stretches gives every row its place.
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "Evaluation/evaluation.h"
#include "Network/network.h"
#include "Evaluation/game_quota.glsl"

INPUT(0, uint, legal_masks);      // (cells, N, A, MASK_WORDS)
INPUT(1, uint, games);            // (cells, N, GAMES_WORDS)
OUTPUT(2, uint, row_indices);     // (cells, A, N): rows counted over all cells
OUTPUT(3, uint, row_counts);      // (1, or 1 + windows; cells, A, counts)
OUTPUT(4, uint, workspace_rows);  // (cells, A, N)
INPUT(5, uint, seat_windows);     // (cells, A): the window of the seat's policy
layout(push_constant) uniform Push { EvaluationDispatch p; };

#define WORKGROUP 64u
#define WORKGROUP_VALUE uint
#include "Common/workgroup.glsl"
#include "Common/acting.glsl"
#include "Common/row_places.glsl"
#include "Evaluation/window_counts.glsl"

uint kind_of_row(uint cell, uint seat, uint n) {
  uint completed = games[cell * p.game_stride + n * GAMES_WORDS + GAMES_COMPLETED];
  if (completed >= game_quota(p.games, p.environments, n)) return 0u;
  return row_kind(cell * p.mask_stride + (n * AGENTS + seat) * MASK_WORDS);
}

void main() {
  uint z = gl_WorkGroupID.x;
  uint cell = z / AGENTS;
  uint seat = z % AGENTS;
  uint lane = gl_LocalInvocationID.x;
  uint stretch = (p.environments + 63u) / 64u;
  uint begin = min(lane * stretch, p.environments);
  uint end = min(begin + stretch, p.environments);

  bool here = seat_is_here(z);
  uint kinds = 0u;  // rows, and in the high half those with a wide action: at most 65,535 environments
  for (uint n = begin; n < end; ++n) kinds += here ? kind_of_row(cell, seat, n) : 0u;
  RowPlaces places = places_of_stretch(kinds, begin);
  for (uint n = begin; n < end; ++n) {
    uint kind = here ? kind_of_row(cell, seat, n) : 0u;
    uint place = take_place(places, kind);
    workspace_rows[z * p.workspace_stride + n] = kind != 0u ? place : here ? NO_WORKSPACE_ROW : ROW_OF_ANOTHER_NETWORK;
    if (kind != 0u) row_indices[z * p.index_stride + place] = cell * p.observation_rows + n * AGENTS + seat;
  }
  for (uint block = lane; block < count_blocks(); block += 64u) {
    write_row_counts(z, block, places.total & 0xFFFFu, places.total >> 16);
  }
}
