// Per-run scalars of independent PPO and the push constants of its kernels.
#ifndef CROSSPLAY_PPO_H
#define CROSSPLAY_PPO_H
#include "Common/environment.h"
#include "Common/types.h"
#include "Network/network.h"

// Per-run scalar buffers hold one padded block of words per run.
#define RUN_SCALARS 64u

// `hyperparameters` (R, RUN_SCALARS) floats
#define HYPER_LEARNING_RATE 0u
#define HYPER_LEARNING_RATE_WARMUP 1u  // part of the updates over which the learning rate rises
#define HYPER_CLIP_EPSILON 2u
#define HYPER_VALUE_COEFFICIENT 3u
#define HYPER_GAMMA 4u
#define HYPER_GAE_LAMBDA 5u
#define HYPER_MAX_GRADIENT_NORM 6u
#define HYPER_ADAM_BETA1 7u
#define HYPER_ADAM_BETA2 8u
#define HYPER_ADAM_EPSILON 9u
#define HYPER_ENTROPY_POINTS 10u  // number of points of the entropy coefficient's schedule, from 1
#define HYPER_ENTROPY_SCHEDULE 11u  // (points, SCHEDULE_POINT): part of the updates, coefficient there, slope behind it
#define SCHEDULE_POINT 3u
#define MOST_SCHEDULE_POINTS 16u
#define HYPER_COUNT 59u

// `progress` (R, RUN_SCALARS) words: where a run stands; part of a checkpoint
#define PROGRESS_UPDATE 0u       // updates done
#define PROGRESS_BETA1_POWER 1u  // float bits of beta1^t, t = Adam steps done
#define PROGRESS_BETA2_POWER 2u
#define PROGRESS_DIVERGED 3u     // the update, from 1, in which the run diverged; 0 for a run that did not
#define PROGRESS_TARGET_WEIGHT 4u  // float bits: where values are normalised, sum of the weights of the updates so far,
#define PROGRESS_TARGET_MEAN 5u    // and weighted sums of the means of their value targets
#define PROGRESS_TARGET_SQUARE 6u  // and of the means of their squares

// `step_scalars` (R, RUN_SCALARS) floats: what one Adam step needs, the same for all parameters of a run, and from
// begin_update.comp what all steps of an update do
#define STEP_GRADIENT_SCALE 0u   // min(1, max norm / norm); negative where the run has diverged
#define STEP_LEARNING_RATE 1u    // learning rate / (1 - beta1^t)
#define STEP_SECOND_MOMENT 2u    // 1 / (1 - beta2^t)
#define STEP_ANNEALED_RATE 3u    // learning rate of the update
#define STEP_ENTROPY_COEFFICIENT 4u  // of the update
#define STEP_VALUE_MEAN 5u       // a value is this + STEP_VALUE_SCALE times what the value head gives in the rollout
#define STEP_VALUE_SCALE 6u
#define STEP_TARGET_MEAN 7u      // the same of what the value head is to give after the update
#define STEP_TARGET_SCALE 8u

// Where values are normalised: what is left of the weight of a rollout's targets after one update more, and the smallest
// variance that they are divided by.
#define TARGET_DECAY 0.99
#define LEAST_TARGET_VARIANCE 1e-2

// `metrics` (R, RUN_SCALARS) floats: sums over the rows of all epochs of an update, unless said otherwise
#define METRIC_POLICY_LOSS 0u
#define METRIC_VALUE_LOSS 1u
#define METRIC_ENTROPY 2u
#define METRIC_APPROXIMATE_KL 3u
#define METRIC_CLIP_FRACTION 4u
#define METRIC_TARGET 5u
#define METRIC_TARGET_SQUARED 6u
#define METRIC_RESIDUAL 7u
#define METRIC_RESIDUAL_SQUARED 8u
#define METRIC_ROW_SUMS 9u            // number of the sums above
#define METRIC_GRADIENT_NORM 9u       // sum over minibatches, before clipping
#define METRIC_STEPS_LEFT_OUT 10u     // minibatches whose step was not taken, since the run has diverged
#define METRIC_EPISODES 11u           // episodes that ended in this rollout
#define METRIC_EPISODE_RETURN 12u     // sum over those episodes
#define METRIC_EPISODE_LENGTH 13u
#define METRIC_ILLEGAL_ACTIONS 14u    // environments whose error word is set
#define METRIC_LEARNING_RATE 15u      // of the update, not a sum
#define METRIC_ENTROPY_COEFFICIENT 16u  // of the update, not a sum
#define METRIC_COUNT 17u
#define METRIC_OUTCOMES 20u           // sums of the game's outcomes over those episodes, MOST_OUTCOMES at most

// Which rollout rows a chunk of the workspace holds.
struct RowSelection {
  uint rows;           // rows in this chunk
  uint first;          // first row, or first position of the permutation
  uint permuted;       // 1: rows are those of an epoch's order, from position `first` on
  uint minibatch_rows; // B
  uint steps;          // T
  uint actors;         // N * A
  uint epoch;
  uint index_stride;   // words per run of `row_indices`
  uint count_stride;   // words per run of `row_counts`
  uint mask_stride;    // words per run of `legal_masks`
};

// Which sequences of actors a chunk of a recurrent network's workspace holds, and which steps of them.
struct SequenceSelection {
  uint sequences;      // sequences in this chunk
  uint first_sequence; // first actor, or first position of the permutation
  uint first_step;
  uint steps;          // steps in this chunk
  uint permuted;       // 1: actors are those of an epoch's order
  uint actors;         // N * A
  uint epoch;
  uint index_stride;   // words per run of `row_indices` and `resets`
  uint count_stride;   // words per run of `row_counts`
  uint done_stride;    // words per run of `dones`
};

// Strides, in elements, of the rollout buffers.
struct RolloutShape {
  uint environments;       // N
  uint steps;              // T
  uint row_stride;         // per run of actions, log-probabilities, rewards, advantages: T * N * A rows
  uint value_stride;       // per run of values: (T + 1) * N * A rows
  uint mask_stride;        // per run of legal masks: (T + 1) * N * A rows of M words
  uint done_stride;        // per run of dones: T * N
};

// What the seats of an ended episode saw last, from one row block into another.
struct EndsDispatch {
  uint step;               // t, the step that ended the episode
  uint observation_words;  // W
  uint observation_stride; // words per run of `observations`
  uint symmetry_stride;    // words per run of `symmetries`
  MEMBER_STRUCT(RolloutShape) rollout;
};

// One chunk of rows through the policy heads.
struct ChunkDispatch {
  uint rows;               // rows in this chunk
  uint minibatch_rows;     // B: the loss is a mean over these
  uint moments;            // which of `advantage_moments` hold for its rows
  uint clips_values;       // 1: the value loss is clipped
  uint index_stride;
  uint count_stride;
  uint logit_stride;       // floats per run of logits and their gradients
  uint value_output_stride;  // floats per run of the value head's outputs and their gradients
  uint moment_stride;      // floats per run of `advantage_moments`
  uint statistic_stride;   // floats per run of `row_statistics`
  MEMBER_STRUCT(RolloutShape) rollout;
};

// Invocations that compute the outputs of one row.
#define OUTPUT_LANES 8u

struct OutputDispatch {
  uint parameter_stride;     // P, floats of one parameter set
  uint policy_index_stride;  // words per run of `policy_indices`
  MEMBER_STRUCT(OutputLayers) layers;
  MEMBER_STRUCT(ChunkDispatch) chunk;  // logit_stride and value_output_stride are not used
};

// The last layers, the choice of actions and a turn in one dispatch.
struct ChosenTurnDispatch {
  MEMBER_STRUCT(EnvironmentDispatch) environment;
  MEMBER_STRUCT(OutputLayers) layers;
  uint parameter_stride;     // P, floats of one parameter set: that of a run stands at its place in the window
  uint row_stride;           // floats per run of `log_probabilities`
  uint value_stride;         // floats per run of `values`
  uint place_stride;         // words per run of `row_places`
};

// Many env steps of a small network in one dispatch.
struct PersistentDispatch {
  MEMBER_STRUCT(EnvironmentDispatch) environment;  // of the first step
  uint steps;                // that the dispatch plays
  uint parameter_stride;     // P, floats of one parameter set: that of a run stands at its place in the window
  uint row_stride;           // floats per run of `log_probabilities`
  uint value_stride;         // floats per run of `values`
};

struct EpisodeDispatch {
  uint open_stride;        // pairs per run of `open_episodes`
  uint sum_stride;         // quadruples per run of `episode_sums`
  uint error_stride;       // words per run of `errors`
  MEMBER_STRUCT(RolloutShape) rollout;
};

struct OutcomeDispatch {
  uint outcomes;           // E
  uint outcome_stride;     // floats per run of `outcomes`
  MEMBER_STRUCT(RolloutShape) rollout;
};

struct MomentDispatch {
  uint minibatch_rows;     // B
  uint steps;              // T
  uint actors;             // N * A
  uint epoch;
  uint row_stride;         // floats per run of advantages
  uint moment_stride;      // floats per run of `advantage_moments`
};

struct AdamDispatch {
  uint parameters;         // P, padded
  uint splits;             // S, partial gradients per run
  uint gradient_stride;    // floats per run of `gradients`: S * P
  uint parameter_stride;   // floats per run of parameters and moments
  uint partial_stride;     // floats per run of `norm_partials`
  uint partials;           // P / PARAMETERS_PER_INVOCATION
  uint rounded_stride;     // words per run of `rounded_parameters`, where there is such a copy
};

struct ScheduleDispatch {
  uint runs;               // of the window
  uint total_updates;      // of the whole training
  uint learning_rate;      // its schedule, SCHEDULE_…
};

#define SCHEDULE_CONSTANT 0u
#define SCHEDULE_LINEAR 1u
#define SCHEDULE_COSINE 2u

// Parameters that one invocation of reduce_gradients and adam handles.
#define PARAMETERS_PER_INVOCATION 16u

#endif
