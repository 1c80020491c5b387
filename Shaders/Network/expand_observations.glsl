// What expand_observations.comp reads; the host includes it too (CHostKernels).
INPUT(0, uint, observations);  // (R, rows, W)
INPUT(1, uint, row_indices);   // (R, C)
INPUT(2, uint, row_counts);    // (R, counts)
