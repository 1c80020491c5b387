// The contract between the engine and the shaders of a game: push constants of reset, step and observe.
//
// Every buffer is run-major. A kernel sees a window of runs; gl_GlobalInvocationID.y is the run in the window and
// `*_stride` the distance, in elements, from one run to the next. See docs/adding-an-environment.md.
#ifndef CROSSPLAY_ENVIRONMENT_H
#define CROSSPLAY_ENVIRONMENT_H
#include "Common/types.h"

struct EnvironmentDispatch {
  uint environments;              // N, environments per run
  uint force_reset;               // reset: 1 starts a first episode everywhere, 0 only where done
  uint transition;                // step t: all that is of this step lies in row block t
  uint seed_stride;               // seeds (two words) per run of `seeds`
  uint state_stride;              // words per run of `states`
  uint observation_stride;        // words per run of `observations`
  uint mask_stride;               // words per run of `legal_masks`
  uint action_stride;             // words per run of `actions`
  uint reward_stride;             // floats per run of `rewards`
  uint done_stride;               // words per run of `dones`
  uint error_stride;              // words per run of `errors`
  uint start_stride;              // words per run of `start_states`, 0 where all environments share one
  uint start_environment_stride;  // words per environment of `start_states`, 0 where all share one
  uint shaped_stride;             // floats per run of `shaped_rewards`
  uint outcome_stride;            // floats per run of `outcomes`
};

// Push constants of random_legal_action.comp.
struct RandomPlayDispatch {
  uint environments;   // N, environments per run
  uint draw;           // counted from `clock`: it keys the random numbers
  uint block;          // row block of `legal_masks` that is read, and of `actions` that is written
  uint seed_stride;    // seeds (two words) per run of `seeds`
  uint mask_stride;    // words per run of `legal_masks`
  uint action_stride;  // words per run of `actions`
};

// Outcomes that a game may have, at most: their sums are words of a run's metrics.
#define MOST_OUTCOMES 32u

// What a step writes into an environment's word of `errors`; the first error stays.
#define ERROR_ILLEGAL_ACTION 1u  // an action outside the legal mask
#define ERROR_EPISODE_ENDED 2u   // a step after the last one, without a reset

#endif
