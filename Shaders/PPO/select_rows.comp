#version 450
// Lists the rollout rows of one chunk, acting seats first, of these the ones with wide actions first, every part in its
// original order:
//   source(i) = first + i, or the row at position first + i of an epoch (permutation.glsl)
//   row_indices = [source(i) with a wide action] ++ [other acting] ++ [waiting]
//   row_counts = (rows, acting rows, rows with a wide action)
// A seat acts where its legal mask has more than one bit. One workgroup per run, of 256 invocations, or of 64 on software
// devices, where barriers cost more than rows; invocation k owns a stretch of ceil(rows / WORKGROUP) positions; an
// exclusive prefix sum over the stretches gives every row its place.
#ifdef WIDE_LOADS_TEXEL
#define WORKGROUP 64u
#else
#define WORKGROUP 256u
#endif
layout(local_size_x = WORKGROUP) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"
#include "Network/network.h"

layout(push_constant) uniform Push { RowSelection p; };

#define WORKGROUP_VALUE uint
#include "Common/workgroup.glsl"
#include "PPO/select_rows.glsl"
#include "Common/row_places.glsl"

uint kind_of_row(uint run, uint row) { return row_kind(run * p.mask_stride + row * MASK_WORDS); }

void main() {
  uint run = gl_WorkGroupID.x;
  uint lane = gl_LocalInvocationID.x;
  uint stretch = (p.rows + WORKGROUP - 1u) / WORKGROUP;
  uint begin = min(lane * stretch, p.rows);
  uint end = min(begin + stretch, p.rows);
  Permutation permutation =
      make_permutation(p.actors, seeds[run * SEED_STRIDE], progress[run * RUN_SCALARS + PROGRESS_UPDATE], p.epoch);

  uint kinds = 0u;  // acting rows, and in the high half those with a wide action: at most 16,384 rows
  for (uint i = begin; i < end; ++i) {
    uint row = p.first + i;
    if (p.permuted != 0u) row = row_of_epoch(permutation, row, p.minibatch_rows, p.steps);
    kinds += kind_of_row(run, row);
  }
  RowPlaces places = places_of_stretch(kinds, begin);
  uint base = run * p.index_stride;
  for (uint i = begin; i < end; ++i) {
    uint row = p.first + i;
    if (p.permuted != 0u) row = row_of_epoch(permutation, row, p.minibatch_rows, p.steps);
    row_indices[base + take_place(places, kind_of_row(run, row))] = row;
  }
  if (lane == 0u) {
    row_counts[run * p.count_stride + ROW_COUNT_ALL] = p.rows;
    row_counts[run * p.count_stride + ROW_COUNT_ACTING] = places.total & 0xFFFFu;
#ifdef WIDE_BEGIN
    row_counts[run * p.count_stride + ROW_COUNT_WIDE] = places.total >> 16;
#endif
  }
}
