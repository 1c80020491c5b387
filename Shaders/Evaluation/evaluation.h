// Games between policies: buffers' constants and the push constants of the evaluation kernels.
//
// A cell is one team, that is one policy per seat; it plays its games in N environments. Buffers are cell-major; those of
// the network are (cell, seat)-major, z = cell * A + seat, since every seat of a cell has its own parameters.
#ifndef CROSSPLAY_EVALUATION_H
#define CROSSPLAY_EVALUATION_H
#include "Common/types.h"

// `workspace_rows`: this seat does not choose now, because it has one legal action or because its environment is finished.
#define NO_WORKSPACE_ROW 0xFFFFFFFFu
// `workspace_rows`: another network chooses for this seat.
#define ROW_OF_ANOTHER_NETWORK 0xFFFFFFFEu
#define IS_WORKSPACE_ROW(ROW) ((ROW) < ROW_OF_ANOTHER_NETWORK)

// `seat_windows`: the policy in this seat is one of another network.
#define WINDOW_OF_ANOTHER_NETWORK 0xFFFFFFFFu

// Words of `games` (cells, N)
#define GAMES_COMPLETED 0u  // games completed, at most the quota
#define GAMES_ENV_STEPS 1u  // env steps since the first game began
#define GAMES_WORDS 2u      // number of the words above

// Floats of `returns` (cells, N)
#define RETURN_OPEN 0u         // return of the game that goes on
#define RETURN_SUM 1u          // over completed games
#define RETURN_SQUARED_SUM 2u
#define RETURN_FLOATS 3u       // number of the floats above

// Words of `decisions` (cells, N, A)
#define DECISIONS 0u            // moves with more than one legal action
#define DECISIONS_TIED 1u       // of them: another legal logit equals the largest
#define DECISIONS_NEAR_TIED 2u  // of them: another legal logit is within the tie tolerance of the largest
#define DECISION_WORDS 3u       // number of the words above

struct EvaluationDispatch {
  uint environments;          // N
  uint games;                 // per cell; environment n plays games / N of them, and one more where n < games % N
  uint observation_rows;      // rows of observations from one cell to the next
  uint mask_stride;           // words per cell of `legal_masks`
  uint action_stride;         // words per cell of `actions`
  uint reward_stride;         // floats per cell of `rewards`
  uint done_stride;           // words per cell of `dones`
  uint seed_stride;           // seeds (two words) per cell of `seeds`
  uint game_stride;           // words per cell of `games`
  uint return_stride;         // floats per cell of `returns`
  uint decision_stride;       // words per cell of `decisions`
  uint outcome_stride;        // floats per cell of `outcomes`
  uint outcome_sum_stride;    // floats per cell of `outcome_sums`
  uint equivariance_stride;   // quadruples per cell of `equivariance`
  uint index_stride;          // words per (cell, seat) of `row_indices`
  uint count_stride;          // words per (cell, seat) of `row_counts`
  uint workspace_stride;      // words per (cell, seat) of `workspace_rows`
  uint logit_stride;          // floats per (cell, seat) of `logits`
  uint policy_windows;        // windows of policies that are bound one after the other
  uint window_count_stride;   // words per window of `row_counts`
  float inverse_temperature;  // of the softmax that actions are sampled from
  float tie_tolerance;        // logits this close to the largest count as tied with it
};

#endif
