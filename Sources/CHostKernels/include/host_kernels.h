// What the host does in place of kernels of the rollout and of the learner: the body of a `HostBody` each, named after its
// kernel. A body finds what the kernel has bound under the kernel's names.
#ifndef CROSSPLAY_HOST_KERNELS_H
#define CROSSPLAY_HOST_KERNELS_H
#include "host_kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HOST_KERNEL(NAME) void NAME(const struct HostArguments *arguments, uint32_t run, uint32_t first, uint32_t end)

// Items are workspace rows.
HOST_KERNEL(host_expand_bits);    // Network/expand_observations.comp of games whose features are bits in their order
HOST_KERNEL(host_expand_hanabi);  // the same of Hanabi with beliefs (KNOWLEDGE_V0)
HOST_KERNEL(host_sample_actions); // PPO/sample_actions.comp
HOST_KERNEL(host_store_values);   // PPO/sample_actions.comp with VALUES_ONLY
HOST_KERNEL(host_ppo_loss);       // PPO/ppo_loss.comp

// Items are metrics, and minibatches.
HOST_KERNEL(host_accumulate_metrics);
HOST_KERNEL(host_advantage_moments);

// One item per run, or all items of a run at once.
HOST_KERNEL(host_select_rows);
HOST_KERNEL(host_reduce_gradients);  // the first partial is the whole sum of squares, the others are 0
HOST_KERNEL(host_prepare_step);
HOST_KERNEL(host_adam);

#undef HOST_KERNEL

#ifdef __cplusplus
}
#endif
#endif
