// What advantage_moments.comp binds; the host includes it too (CHostKernels).
INPUT(0, float, advantages);           // (T, N, A)
INPUT(1, uvec2, seeds);
INPUT(2, uint, progress);
OUTPUT(3, float, advantage_moments);   // (minibatches, 2)
#include "PPO/permutation.glsl"
