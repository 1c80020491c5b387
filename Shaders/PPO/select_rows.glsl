// What select_rows.comp binds; the host includes it too (CHostKernels).
INPUT(0, uint, legal_masks);     // (T + 1, N, A, MASK_WORDS)
INPUT(1, uvec2, seeds);          // one per run, SEED_STRIDE apart
INPUT(2, uint, progress);        // (RUN_SCALARS)
OUTPUT(3, uint, row_indices);    // (C)
OUTPUT(4, uint, row_counts);     // (2), or (3) where the game has wide actions
#include "PPO/permutation.glsl"
#include "Common/acting.glsl"
