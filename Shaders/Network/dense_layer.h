// What the kernels of dense layers share with Swift; those for matrix units are compiled anew when it changes (scripts/matrix-units).
#ifndef CROSSPLAY_DENSE_LAYER_H
#define CROSSPLAY_DENSE_LAYER_H
#include "Common/types.h"

// Rows of a minibatch go to gradient splits in blocks of this many, so a chunk must begin at a multiple of it.
#define SPLIT_BLOCK_ROWS 128u

// Specialisation constants of the kernels for matrix units (fragments.glsl).
#define PRODUCT_GROUP_ROWS 0
#define PRODUCT_GROUP_COLUMNS 1
#define PRODUCT_FRAGMENT_ROWS 2
#define PRODUCT_FRAGMENT_COLUMNS 3
#define PRODUCT_FRAGMENT_DEPTH 4
#define PRODUCT_SUBGROUP_SIZE 5
#define PRODUCT_SUBGROUPS_ACROSS 6
#define PRODUCT_SHARED_OCTETS 7
#define PRODUCT_FLOAT32_INPUTS 8
#define PRODUCT_FLOAT32_OUTPUTS 9
#define PRODUCT_ACTIVATION 10
#define PRODUCT_ACCUMULATES 11

// Values of PRODUCT_ACTIVATION; 0 is the identity.
#define ACTIVATION_IS_RELU 1u
#define ACTIVATION_IS_TANH 2u

// Invocations of a workgroup of theirs, and terms of a sum between two barriers.
#define PRODUCT_INVOCATIONS 256u
#define PRODUCT_DEPTH 32u

struct DenseDispatch {
  uint rows;                 // workspace rows that the dispatch covers
  uint row_count_index;      // ROW_COUNT_…
  uint row_count_stride;     // words per run of `row_counts`
  uint policy_index_stride;  // words per run of `policy_indices`
  uint inputs;               // I, inputs of the layer, padded to a multiple of 8
  uint outputs;              // O, outputs of the layer, padded to a multiple of 8
  uint column_begin;         // first of the outputs that the dispatch is about, a multiple of 8
  uint columns;              // how many, a multiple of 8
  uint weight_offset;        // floats from the start of a parameter set to the weights (I, O)
  uint bias_offset;          // floats from the start of a parameter set to the bias (O)
  uint parameter_stride;     // P, floats of one parameter set
  uint weight_stride;        // float16 of one parameter set of `weights`, the rounded copy, where a kernel reads it
  uint input_stride;         // numbers per run of X and dX
  uint output_stride;        // numbers per run of Y and dY
  uint gradient_stride;      // floats per run of the parameter gradients (splits, P)
  uint first_row;            // minibatch row that stands at workspace row 0, a multiple of SPLIT_BLOCK_ROWS
  uint row_begin;            // backward_weights: workspace row to begin at, a multiple of SPLIT_BLOCK_ROWS
  uint bias_begin;           // outputs from here on have a bias, of which bias_offset is that of output 0 if it had one
  float gradient_scale;      // backward, mixed precision: the power of two by which dY is scaled where it is rounded
};

#endif
