// Tabular flows of two agents in random Dec-POMDPs: push constants of the screening kernel.
//
// A lane is one (alpha, initialisation); a problem has L lanes. Both agents have A actions and O observations, and every
// history can occur: an agent has H histories, (A O)^t of them of length t, numbered by length.
#ifndef CROSSPLAY_TABULAR_H
#define CROSSPLAY_TABULAR_H
#include "Common/types.h"

struct ScreeningDispatch {
  uint lanes;            // L, alpha-major
  uint initialisations;  // lanes per alpha
  uint actions;          // A, of each agent
  uint branching;        // A O: histories of length t + 1 per history of length t
  uint horizon;          // T
  uint histories;        // H, of each agent
  uint tensor_stride;    // floats per problem of `tensors`
  uint policy_stride;    // floats per problem of `logits` and its like
  uint history_stride;   // floats per problem of `entropies`
  uint first_step;       // steps that were taken before this dispatch
  uint steps;            // to take
  float step_size;       // of the first step
  float growth;          // of the step size, per step
};

#endif
