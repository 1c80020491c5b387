// The rows of one env step in the order of select_rows.comp, by every workgroup of 256 for itself: it looks at all rows and
// keeps the share of GROUP_ROWS that it works on. For some thousand rows that is less than a dispatch to wait for.
//   selected[i] = row_indices[first_place + i] = source of workspace row first_place + i;  row_places is the other way round
// An invocation looks at up to 32 neighbouring rows, once, and keeps a bit of each.
// The includer has a SelectedDispatch `p` and defines GROUP_ROWS; no wide actions.
INPUT(5, uint, legal_masks);   // (T + 1, N, A, MASK_WORDS)
OUTPUT(1, uint, row_indices);  // (R, C)
OUTPUT(2, uint, row_counts);   // (R, counts)
OUTPUT(6, uint, row_places);   // (R, C)

#define WORKGROUP 256u
#define WORKGROUP_VALUE uint
#include "Common/workgroup.glsl"
#include "Common/acting.glsl"
#include "Common/row_places.glsl"

shared uint selected[GROUP_ROWS];

// All invocations call it.
void select_share(uint run, uint first_place) {
  uint lane = gl_LocalInvocationID.x;
  uint stretch = (p.rows + WORKGROUP - 1u) / WORKGROUP;
  uint begin = min(lane * stretch, p.rows);
  uint count = min(begin + stretch, p.rows) - begin;
  uint acting = 0u;
  for (uint i = 0u; i < count; ++i) {
    acting |= row_kind(run * p.mask_stride + (p.first + begin + i) * MASK_WORDS) << i;
  }
  RowPlaces places = places_of_stretch(uint(bitCount(acting)), begin);
  for (uint i = 0u; i < count; ++i) {
    uint place = take_place(places, (acting >> i) & ACTING_ROW);
    uint own = place - first_place;  // beyond GROUP_ROWS for places before the share, too
    if (own < GROUP_ROWS) {
      selected[own] = p.first + begin + i;
      row_indices[run * p.index_stride + place] = p.first + begin + i;
      row_places[run * p.index_stride + begin + i] = place;
    }
  }
  if (first_place == 0u && lane == 0u) {
    row_counts[run * p.row_count_stride + ROW_COUNT_ALL] = p.rows;
    row_counts[run * p.row_count_stride + ROW_COUNT_ACTING] = places.total & 0xFFFFu;
  }
  barrier();
}
