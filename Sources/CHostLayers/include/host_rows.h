// What kernels do to rows of the rollout, done by the host: choosing them, expanding them, sampling actions, the loss.
//
// A struct holds what a kernel has bound, for run 0 of a window, and its push constants; buffers have the kernel's names and
// shapes. Calls with different runs or rows may be made from several threads.
#ifndef CROSSPLAY_HOST_ROWS_H
#define CROSSPLAY_HOST_ROWS_H
#include "CShaders.h"
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// How rows and their logits are laid out: the kernels' macros.
struct HostRowShape {
  uint mask_words;
  uint logit_columns, value_columns;
  uint chunk_rows;
  uint seed_stride;           // pairs per run of `seeds`
  uint wide_begin, wide_end;  // equal where the game has no wide actions
};

struct HostRowSelection {
  struct RowSelection p;
  struct HostRowShape shape;
  const uint *legal_masks;
  const uint *seed_words;  // two per seed
  const uint *progress;
  uint *row_indices;
  uint *row_counts;
};

// PPO/select_rows.comp for one run. `scratch` has room for 2 p.rows words.
void host_select_rows(const struct HostRowSelection *selection, uint run, uint *scratch);

// Packed observations whose features are bits in their order, but for beliefs: bit * left(card) / sum of the slot.
struct HostObservationBits {
  uint features;
  uint words;                           // W, of one packed observation
  uint belief_slots;                    // 0 where there are none
  uint belief_offset, belief_pitch;     // first feature of slot 0, features from one slot to the next
  uint belief_cards;                    // of one slot, at most 32
  uint plane_word, planes;              // bit planes of left(card): word of the lowest, how many
  uint sum_word;                        // sums of 16 bits, two per word
};

// Network/expand_observations.comp: inputs[row] (columns) = features of observations[row_indices[row]], then zeros.
void host_expand_observations(const struct HostObservationBits *bits, const uint *observations, const uint *row_indices,
                              size_t rows, float *inputs, size_t columns);

struct HostPolicyRows {
  struct ChunkDispatch p;
  struct HostRowShape shape;
  const float *hyperparameters;
  const float *logits;
  const float *value_outputs;
  const uint *legal_masks;
  const uint *seed_words;  // two per seed
  const uint *progress;
  const uint *row_indices;
  const uint *row_counts;
  uint *actions;
  float *log_probabilities;
  float *values;
  const float *advantages;
  const float *advantage_moments;
  float *logit_gradients;
  float *value_gradients;
  float *row_statistics;
};

// PPO/sample_actions.comp for rows first ..< end of the workspace.
void host_sample_actions(const struct HostPolicyRows *rows, uint run, uint first, uint end);

// The same with VALUES_ONLY.
void host_store_values(const struct HostPolicyRows *rows, uint run, uint first, uint end);

// PPO/ppo_loss.comp for rows first ..< end of the workspace.
void host_ppo_loss(const struct HostPolicyRows *rows, uint run, uint first, uint end);

// PPO/accumulate_metrics.comp for one run: sums over its rows, added to `metrics`.
void host_accumulate_metrics(const struct HostPolicyRows *rows, uint run, float *metrics);

struct HostMoments {
  struct MomentDispatch p;
  uint seed_stride;
  const float *advantages;
  const uint *seed_words;  // two per seed
  const uint *progress;
  float *advantage_moments;
};

// PPO/advantage_moments.comp for one minibatch of one run. `scratch` has room for p.minibatch_rows / p.steps words.
void host_advantage_moments(const struct HostMoments *moments, uint run, uint minibatch, uint *scratch);

struct HostStep {
  struct AdamDispatch p;
  const float *hyperparameters;
  uint *progress;
  float *metrics;
  float *step_scalars;
  const float *gradients;
  float *first_moments;
  float *second_moments;
  float *parameters;
};

// PPO/reduce_gradients.comp with one split, prepare_step.comp and adam.comp for one run.
void host_adam_step(const struct HostStep *step, uint run);

#ifdef __cplusplus
}
#endif
#endif
