#version 450
// entries[row] = (f, x_f - s_f) for every feature f of observation row_indices[offset + row] that differs from its static
// part s; lengths[row] = how many;   where row < row_counts.all, else lengths[row] = 0
//
// With SYMMETRIES the entry of f is that of table[g][f], where the row's symmetry g takes it; the static part stays as it is.
//
// The sparse form of expand_observations.comp. The game's include defines `void list_observation(uint row_base)`, which
// calls `emit(feature, value)` for each of them, in an order that depends on the row only.
// With SELECTS_ROWS it also chooses the rows: those of one env step, acting seats first (select_share.glsl). Then a workgroup
// has 64 rows, x = workgroup.
// With ROWS_IN_ORDER observation offset + row gets its list at that place of `entries` and `lengths`, whatever is in use.
// x = row, y = run of the window.
#include "Common/buffers.glsl"
#include "Network/network.h"

INPUT(0, uint, observations);  // (R, rows, W)
#ifdef SELECTS_ROWS
#define GROUP_ROWS LISTED_GROUP_ROWS
layout(local_size_x = 256) in;
layout(push_constant) uniform Push { SelectedDispatch p; };
#include "Network/select_share.glsl"
#else
layout(local_size_x = 64) in;
layout(push_constant) uniform Push { ListDispatch p; };
#endif
#if !defined(ROWS_IN_ORDER) && !defined(SELECTS_ROWS)
INPUT(1, uint, row_indices);   // (R, C)
INPUT(2, uint, row_counts);    // (R, counts)
#endif
OUTPUT(3, uint, entries);      // (R, C, L)
OUTPUT(4, uint, lengths);      // (R, C)

#ifdef SYMMETRIES
#include "Symmetry/symmetry_table.glsl"
INPUT(5, uint, symmetries);     // (R, rows)
INPUT(6, uint, feature_table);  // (G, feature_words)
uint table_row;
#define IMAGE(FEATURE) TABLE_PLACE(feature_table, table_row, FEATURE)
#else
#define IMAGE(FEATURE) (FEATURE)
#endif

uint entry_base;
uint entry_count = 0u;

// What exceeds the capacity is dropped, so that a wrong list cannot reach the next row.
void emit(uint feature, int value) {
  if (entry_count >= p.entry_pitch) return;
  entries[entry_base + entry_count] = IMAGE(feature) | (uint(value) << ENTRY_VALUE_SHIFT);
  ++entry_count;
}

#include "ENVIRONMENT_OBSERVATION_LIST"

void main() {
  uint run = gl_GlobalInvocationID.y;
#ifdef SELECTS_ROWS
  uint first = gl_WorkGroupID.x * GROUP_ROWS;
  select_share(run, first);
  uint place = first + gl_LocalInvocationID.x;
  if (gl_LocalInvocationID.x >= GROUP_ROWS || place >= p.rows) return;
  entry_base = run * p.entry_stride + place * p.entry_pitch;
  list_observation(run * p.observation_stride + selected[gl_LocalInvocationID.x] * p.observation_words);
#else
  uint row = gl_GlobalInvocationID.x;
  if (row >= p.rows) return;
#ifdef ROWS_IN_ORDER
  uint place = p.row_index_offset + row;
  entry_base = run * p.entry_stride + place * p.entry_pitch;
#ifdef SYMMETRIES
  table_row = symmetries[run * p.symmetry_stride + place] * p.feature_words;
#endif
  list_observation(run * p.observation_stride + place * p.observation_words);
#else
  uint place = row;
  entry_base = run * p.entry_stride + row * p.entry_pitch;
  if (row < row_counts[run * p.row_count_stride + ROW_COUNT_ALL]) {
    uint index = row_indices[run * p.row_index_stride + p.row_index_offset + row];
#ifdef SYMMETRIES
    table_row = symmetries[run * p.symmetry_stride + index] * p.feature_words;
#endif
    list_observation(run * p.observation_stride + index * p.observation_words);
  }
#endif
#endif
  lengths[run * p.length_stride + place] = entry_count;
}
