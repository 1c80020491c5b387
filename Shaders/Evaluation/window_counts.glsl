// The counts of one seat's rows: in block 0, and where policies come in several windows, in block 1 + w the same if the
// seat's policy is of window w, else 0; 0 everywhere if the policy is one of another network.

bool seat_is_here(uint seat) { return seat_windows[seat * p.count_stride] != WINDOW_OF_ANOTHER_NETWORK; }

void write_row_counts(uint seat, uint block, uint rows, uint wide_rows) {
  bool here = block == 0u ? seat_is_here(seat) : seat_windows[seat * p.count_stride] == block - 1u;
  uint counts = block * p.window_count_stride + seat * p.count_stride;
  row_counts[counts + ROW_COUNT_ALL] = here ? rows : 0u;
  row_counts[counts + ROW_COUNT_ACTING] = here ? rows : 0u;
  row_counts[counts + ROW_COUNT_WIDE] = here ? wide_rows : 0u;
}

uint count_blocks() { return p.policy_windows > 1u ? 1u + p.policy_windows : 1u; }
