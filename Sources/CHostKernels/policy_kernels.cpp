// Sampling and the loss: the kernels' own text, row after row.
#include "bound.hpp"
#include "vectorised.h"

namespace glsl {

#define MASK_WORDS mask_words
#define LOGIT_COLUMNS logit_columns
#define VALUE_COLUMNS value_columns
#define CHUNK_ROWS chunk_rows
#define SEED_STRIDE seed_stride
#define WIDE_BEGIN wide_begin
#define WIDE_END wide_end
#define PREPARE_WEIGHTS(LOGIT_BASE, MAXIMUM) prepare_weights(logits + (LOGIT_BASE), MAXIMUM)
#define WEIGHT(LOGIT_BASE, K, MAXIMUM) weights[K]

// Into the versions of the functions below, so that all of it uses their instruction set.
#pragma clang attribute push(__attribute__((always_inline)), apply_to = function)

struct PolicyRows : Bound<ChunkDispatch> {
  MACRO(mask_words, "MASK_WORDS");
  MACRO(logit_columns, "LOGIT_COLUMNS");
  MACRO(value_columns, "VALUE_COLUMNS");
  MACRO(chunk_rows, "CHUNK_ROWS");
  MACRO(seed_stride, "SEED_STRIDE");
  MACRO(wide_begin, "WIDE_BEGIN");
  MACRO(wide_end, "WIDE_END");
  float *weights = nullptr;  // of one row, as many as it has logits

  using Bound::Bound;

  // exp(logit - maximum) of all columns, for the compiler to vectorise; what stands at actions that are not legal is read
  // by nobody.
  void prepare_weights(const float *__restrict from, float maximum) {
    float *__restrict to = weights;
    for (uint k = 0; k < LOGIT_COLUMNS; k += 8) {
      for (uint lane = 0; lane < 8; ++lane) to[k + lane] = exp(from[k + lane] - maximum);
    }
  }
};

struct SampledRows : PolicyRows {
  using PolicyRows::PolicyRows;
#include "PPO/sample_row.glsl"
};

struct LearnedRows : PolicyRows {
  using PolicyRows::PolicyRows;
#include "PPO/loss_row.glsl"
};

#pragma clang attribute pop

}  // namespace glsl

#define ROW_WEIGHTS(ROWS) static_cast<float *>(__builtin_alloca((ROWS).logit_columns * sizeof(float)))

VECTORISED_WHOLE void host_sample_actions(const HostArguments *arguments, uint run, uint first, uint end) {
  glsl::SampledRows rows(arguments);
  rows.weights = ROW_WEIGHTS(rows);
  for (uint i = first; i < end; ++i) {
    rows.store_value(run, i);
    rows.sample_row(run, i);
  }
}

void host_store_values(const HostArguments *arguments, uint run, uint first, uint end) {
  glsl::SampledRows rows(arguments);
  for (uint i = first; i < end; ++i) rows.store_value(run, i);
}

VECTORISED_WHOLE void host_ppo_loss(const HostArguments *arguments, uint run, uint first, uint end) {
  glsl::LearnedRows rows(arguments);
  rows.weights = ROW_WEIGHTS(rows);
  for (uint i = first; i < end; ++i) rows.loss_row(run, i);
}
