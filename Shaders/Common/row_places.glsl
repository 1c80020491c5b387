// The places of rows in the order wide, acting, waiting, every kind in its original order. Each invocation of a workgroup
// owns a stretch of rows: it sums their kinds (acting.glsl), then asks where the rows of its stretch go, one by one.
// The includer includes acting.glsl, and workgroup.glsl with WORKGROUP_VALUE uint. At most 65,535 rows.

struct RowPlaces {
  uint wide, acting, waiting;  // the next row of each kind
  uint total;                  // kinds of all rows, summed
};

// All invocations call it. `kinds` is the sum over the stretch that begins at row `begin`.
RowPlaces places_of_stretch(uint kinds, uint begin) {
  uint before = workgroup_prefix_sum(kinds) - kinds;
  uint total = workgroup_total();
  uint acting_before = before & 0xFFFFu;
  return RowPlaces(
      before >> 16, (total >> 16) + acting_before - (before >> 16), (total & 0xFFFFu) + begin - acting_before, total);
}

uint take_place(inout RowPlaces places, uint kind) {
  return kind == WIDE_ROW ? places.wide++ : kind == ACTING_ROW ? places.acting++ : places.waiting++;
}
