// Mean and standard deviation of a run's value targets, from the sums that its `progress` keeps, as one of the two pairs of
// `step_scalars`; 0 and 1 before the first update, and where values are not normalised.
void write_value_moments(uint base, uint place, float weight, float mean_sum, float square_sum) {
  bool empty = weight == 0.0;
  float mean = empty ? 0.0 : mean_sum / weight;
  float variance = empty ? 1.0 : max(square_sum / weight - mean * mean, LEAST_TARGET_VARIANCE);
  step_scalars[base + place] = mean;
  step_scalars[base + place + 1u] = empty ? 1.0 : sqrt(variance);
}
