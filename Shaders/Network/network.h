// Push constants of the network kernels, shared by GLSL and Swift.
//
// Every buffer is run-major; `*_stride` is the distance in elements from one run of the window to the next.
#ifndef CROSSPLAY_NETWORK_H
#define CROSSPLAY_NETWORK_H
#include "Common/types.h"
#include "Network/dense_layer.h"

// The numbers of `row_counts` (per run): rows of the workspace in use; those of them, first in order, whose seat is
// acting; and of these, first in order, those that may take a wide action (only where the game has such, WIDE_BEGIN).
#define ROW_COUNT_ALL 0u
#define ROW_COUNT_ACTING 1u
#define ROW_COUNT_WIDE 2u

// One entry of a row's list: the value of a feature less its static part, a whole number, times 65,536, plus the feature.
#define ENTRY_FEATURE(ENTRY) ((ENTRY) & 0xFFFFu)
#define ENTRY_VALUE_SHIFT 16

// Features whose weight gradients one invocation sums.
#define SPARSE_FEATURE_BLOCK 32u

struct ListDispatch {
  uint rows;                // workspace rows to write: those at and beyond the row count get empty lists
  uint observation_words;   // W, words of one packed observation
  uint observation_stride;  // words per run of `observations`
  uint row_index_stride;    // words per run of `row_indices`
  uint row_index_offset;    // the index of workspace row 0 stands at this word of a run's `row_indices`
  uint row_count_stride;    // words per run of `row_counts`
  uint entry_pitch;         // L, words per row of `entries`
  uint entry_stride;        // words per run of `entries`
  uint length_stride;       // words per run of `lengths`
  uint symmetry_stride;     // words per run of `symmetries`, where rows have a symmetry each
  uint feature_words;       // words of one row of `feature_table`
};

struct ExpandDispatch {
  uint rows;                // workspace rows to write: those at and beyond the row count become 0
  uint features;            // D
  uint padded_features;     // D padded to a multiple of 8
  uint observation_words;   // W, words of one packed observation
  uint observation_stride;  // words per run of `observations`
  uint row_index_stride;    // words per run of `row_indices`
  uint row_index_offset;    // the index of workspace row 0 stands at this word of a run's `row_indices`
  uint row_count_stride;    // words per run of `row_counts`
  uint input_stride;        // numbers per run of `inputs`
  uint symmetry_stride;     // words per run of `symmetries`, where rows have a symmetry each
};

// The rows of one env step, chosen and made inputs by one kernel (SELECTS_ROWS).
struct SelectedDispatch {
  uint rows;                // rows in this chunk
  uint first;               // first of them among the observations
  uint index_stride;        // words per run of `row_indices` and `row_places`
  uint row_count_stride;    // words per run of `row_counts`
  uint mask_stride;         // words per run of `legal_masks`
  uint features;            // D
  uint padded_features;     // D padded to a multiple of 8
  uint observation_words;   // W, words of one packed observation
  uint observation_stride;  // words per run of `observations`
  uint input_stride;        // numbers per run of `inputs`
  uint entry_pitch;         // L, words per row of `entries`
  uint entry_stride;        // words per run of `entries`
  uint length_stride;       // words per run of `lengths`
};

// Rows of a workgroup that expands what it has selected, and of one that lists it.
#define EXPANDED_GROUP_ROWS 32u
#define LISTED_GROUP_ROWS 64u

// Invocations of a workgroup that has a whole small network, and rows that one of them computes four columns of.
#define SMALL_WORKGROUP 256u
#define SMALL_TILE_ROWS 2u

// Parameter sets as float16.
struct RoundDispatch {
  uint parameters;           // P, a multiple of 4
  uint parameter_stride;     // floats from one set of `parameters` to the next
  uint rounded_stride;       // words from one set of `rounded_parameters` to the next
};

// The last layers of both heads, for a kernel that computes them itself; I is padded to a multiple of 8.
struct OutputLayers {
  uint actor_inputs;         // I
  uint actor_weights;        // floats from the start of a parameter set to the weights (I, Kp)
  uint actor_bias;           // and to the bias (Kp)
  uint actor_stride;         // floats per run of what the actor's last layer reads
  uint critic_inputs;
  uint critic_weights;       // (I, 8)
  uint critic_bias;
  uint critic_stride;
};

// The time loop of a GRU. Row t * sequences + s of the workspace is step t of sequence s; Hp is the width H padded to a
// multiple of 8; weights are (Hp, 3 Hp), one block of columns per gate: reset, update, candidate.
struct RecurrentDispatch {
  uint sequences;            // sequences in the workspace
  uint steps;                // T, steps of every sequence
  uint first_step;           // steps that the dispatch covers, forwards or backwards in time
  uint step_count;
  uint width;                // Hp
  uint weight_offset;        // floats from the start of a parameter set to the weights
  uint bias_offset;          // floats from the start of a parameter set to the bias (Hp) of the candidate
  uint parameter_stride;     // P, floats of one parameter set
  uint policy_index_stride;  // words per run of `policy_indices`
  uint row_count_stride;     // words per run of `row_counts`
  uint reset_stride;         // words per run of `resets`
  uint hidden_stride;        // floats per run of every (C, Hp)
  uint gate_stride;          // floats per run of every (C, 3 Hp)
};

// Rows and columns that a workgroup exchanges.
#define TRANSPOSE_TILE 32u

// A layer's weights with rows and columns exchanged.
struct TransposeDispatch {
  uint inputs;               // I, a multiple of 4
  uint outputs;              // O, a multiple of 4
  uint weight_offset;        // floats from the start of a parameter set to the weights (I, O)
  uint parameter_stride;     // P, floats of one parameter set
  uint policy_index_stride;  // words per run of `policy_indices`
  uint transposed_stride;    // floats per run of `transposed` (O, I)
};

// Rows of one workgroup of a normalisation, and invocations that share a row.
#define NORMALISED_ROWS 8u
#define ROW_LANES 8u

// Layer normalisation; all (C, Hp) have the same stride.
struct NormalisationDispatch {
  uint rows;                 // workspace rows that the dispatch covers
  uint row_count_index;      // ROW_COUNT_…
  uint row_count_stride;     // words per run of `row_counts`
  uint policy_index_stride;  // words per run of `policy_indices`
  uint width;                // H, numbers that are normalised together
  uint columns;              // Hp, H padded to a multiple of 8
  uint scale_offset;         // floats from the start of a parameter set to the scale (Hp)
  uint bias_offset;          // floats from the start of a parameter set to the bias (Hp)
  uint parameter_stride;     // P, floats of one parameter set
  uint value_stride;         // numbers per run of every (C, Hp)
  uint moment_stride;        // floats per run of `moments` (C, 2)
  uint gradient_stride;      // floats per run of the parameter gradients (splits, P)
  uint first_row;            // minibatch row that stands at workspace row 0, a multiple of SPLIT_BLOCK_ROWS
  float gradient_scale;      // the power of two by which gradients are scaled that are float16 in memory
};

// Hidden states into the workspace and out of it.
struct StateDispatch {
  uint sequences;            // sequences in the workspace
  uint width;                // Hp
  uint first_row;            // workspace row of sequence 0
  uint state_rows;           // sequence s has state row row_indices[s] % state_rows
  uint state_stride;         // floats per run of `states`
  uint row_index_stride;     // words per run of `row_indices`
  uint row_count_stride;     // words per run of `row_counts`
  uint reset_stride;         // words per run of `resets`
  uint hidden_stride;        // floats per run of the workspace's (C, Hp)
};

// Weight gradients of the static features of a first layer.
struct StaticGradientsDispatch {
  uint static_count;      // entries of `static_entries`
  uint outputs;           // O, outputs of the layer, padded to a multiple of 8
  uint weight_offset;     // floats from the start of a parameter set to the weights (I, O)
  uint bias_offset;       // floats from the start of a parameter set to the bias (O)
  uint parameter_stride;  // P, floats of one parameter set
  uint gradient_stride;   // floats per run of the parameter gradients (splits, P)
};

struct SparseDispatch {
  uint entry_pitch;                    // L, words per row of `entries`
  uint entry_stride;                   // words per run of `entries`
  uint length_stride;                  // words per run of `lengths`
  uint static_count;                   // entries of `static_entries`
  uint base_stride;                    // floats per run of `base`
  uint splits;                         // parts of the gradients
  MEMBER_STRUCT(DenseDispatch) layer;  // input_stride is not used
};

#endif
