// Observations that are one bit per feature: feature f is bit f % 32 of word f / 32 of the row.
float observation_value(uint row_base, uint feature) {
  return float(observations[row_base + feature / 32u] >> (feature % 32u) & 1u);
}
