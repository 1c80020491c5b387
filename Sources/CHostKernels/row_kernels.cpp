// Which rows stand in a chunk, their observations, and the moments of their advantages.
#include "bfloat16.h"
#include "bound.hpp"
#include "vectorised.h"
#include <memory>

namespace glsl {

#define MASK_WORDS mask_words
#define SEED_STRIDE seed_stride
#define WIDE_BEGIN wide_begin
#define WIDE_END wide_end

// PPO/select_rows.comp for one run.
struct SelectRows : Bound<RowSelection> {
  MACRO(mask_words, "MASK_WORDS");
  MACRO(seed_stride, "SEED_STRIDE");
  MACRO(wide_begin, "WIDE_BEGIN");
  MACRO(wide_end, "WIDE_END");
  using Bound::Bound;

#include "PPO/select_rows.glsl"

  uint kind(uint run, uint row) {
    uint mask_base = run * p.mask_stride + row * MASK_WORDS;
    return !has_choice(mask_base) ? 0 : WIDE_BEGIN < WIDE_END && has_wide_action(mask_base) ? WIDE_ROW : ACTING_ROW;
  }

  // The actors of the minibatches from that of position `first` on are walked through once per step.
  void list_rows(uint run, uint *rows) {
    if (p.permuted == 0) {
      for (uint i = 0; i < p.rows; ++i) rows[i] = p.first + i;
      return;
    }
    Permutation permutation =
        make_permutation(p.actors, seeds[run * SEED_STRIDE], progress[run * RUN_SCALARS + PROGRESS_UPDATE], p.epoch);
    uint actors = p.minibatch_rows / p.steps;
    for (uint i = 0; i < p.rows; ++i) {
      uint position = p.first + i;
      bool known = i >= actors && position % p.minibatch_rows >= actors;  // the same actor, one step before
      rows[i] = known ? rows[i - actors] + p.actors : row_of_epoch(permutation, position, p.minibatch_rows, p.steps);
    }
  }

  void select(uint run) {
    std::unique_ptr<uint[]> rows(new uint[p.rows]), kinds(new uint[p.rows]);
    list_rows(run, rows.get());
    uint total = 0;
    for (uint i = 0; i < p.rows; ++i) total += kinds[i] = kind(run, rows[i]);
    uint acting = total & 0xFFFFu, wide = total >> 16;
    uint next_wide = 0, next_acting = wide, next_waiting = acting;
    uint *indices = row_indices + static_cast<size_t>(run) * p.index_stride;
    for (uint i = 0; i < p.rows; ++i) {
      indices[kinds[i] == WIDE_ROW ? next_wide++ : kinds[i] == ACTING_ROW ? next_acting++ : next_waiting++] = rows[i];
    }
    uint *counts = row_counts + static_cast<size_t>(run) * p.count_stride;
    counts[ROW_COUNT_ALL] = p.rows;
    counts[ROW_COUNT_ACTING] = acting;
    if (WIDE_BEGIN < WIDE_END) counts[ROW_COUNT_WIDE] = wide;
  }
};

// PPO/advantage_moments.comp for one minibatch of one run.
struct AdvantageMoments : Bound<MomentDispatch> {
  MACRO(seed_stride, "SEED_STRIDE");
  using Bound::Bound;

#include "PPO/advantage_moments.glsl"

  // Sums in double precision, step by step.
  void compute(uint run, uint minibatch) {
    Permutation permutation =
        make_permutation(p.actors, seeds[run * SEED_STRIDE], progress[run * RUN_SCALARS + PROGRESS_UPDATE], p.epoch);
    uint count = p.minibatch_rows / p.steps;
    std::unique_ptr<uint[]> actors(new uint[count]);
    for (uint i = 0; i < count; ++i) actors[i] = permuted(permutation, minibatch * count + i);
    const float *values = advantages + static_cast<size_t>(run) * p.row_stride;
    double sum = 0, squares = 0;
    for (uint t = 0; t < p.steps; ++t) {
      for (uint i = 0; i < count; ++i) sum += values[t * p.actors + actors[i]];
    }
    double mean = sum / p.minibatch_rows;
    for (uint t = 0; t < p.steps; ++t) {
      for (uint i = 0; i < count; ++i) {
        double deviation = values[t * p.actors + actors[i]] - mean;
        squares += deviation * deviation;
      }
    }
    float *result = advantage_moments + static_cast<size_t>(run) * p.moment_stride + minibatch * 2;
    result[0] = static_cast<float>(mean);
    result[1] = static_cast<float>(1 / (__builtin_sqrt(squares / p.minibatch_rows) + 1e-8));
  }
};

// Network/expand_observations.comp for rows of one run.
struct ExpandedRows : Bound<ExpandDispatch> {
  using Bound::Bound;

#include "Network/expand_observations.glsl"
  OUTPUT(3, float, inputs);  // (R, C, Dp), or bfloat16
  MACRO(rounds, "ROUNDED_INPUTS");

  // Rows at and beyond the count are not written.
  uint clamped(uint run, uint row) const {
    uint count = row_counts[run * p.row_count_stride + ROW_COUNT_ALL];
    return row < count ? row : count;
  }

  const uint *packed(uint run, uint row) const {
    uint index = row_indices[run * p.row_index_stride + p.row_index_offset + row];
    return observations + static_cast<size_t>(run) * p.observation_stride +
           static_cast<size_t>(index) * p.observation_words;
  }

  template <typename Number>
  Number *expanded(uint run, uint row) const {
    return reinterpret_cast<Number *>(inputs) + static_cast<size_t>(run) * p.input_stride +
           static_cast<size_t>(row) * p.padded_features;
  }
};

}  // namespace glsl

void host_select_rows(const HostArguments *arguments, uint run, uint, uint) { glsl::SelectRows(arguments).select(run); }

void host_advantage_moments(const HostArguments *arguments, uint run, uint first, uint end) {
  glsl::AdvantageMoments moments(arguments);
  for (uint minibatch = first; minibatch < end; ++minibatch) moments.compute(run, minibatch);
}

#define INLINED static inline __attribute__((always_inline))

// A number as float32, and as bfloat16.
INLINED void store(float *place, float number) { *place = number; }
INLINED void store(uint16_t *place, float number) { *place = rounded(number); }

INLINED float bit_of(const uint *packed, uint i) { return static_cast<float>(static_cast<int>((packed[i / 32] >> (i & 31u)) & 1u)); }

// Bits as numbers, then zeros up to `columns`.
template <typename Number>
INLINED void expand_bits(const uint *packed, uint features, Number *inputs, uint columns) {
  const uint whole = features / 32;
  for (uint word = 0; word < whole; ++word) {
    for (uint i = 0; i < 32; ++i) {
      store(inputs + 32 * word + i, static_cast<float>(static_cast<int>((packed[word] >> i) & 1u)));
    }
  }
  for (uint i = 32 * whole; i < columns; ++i) store(inputs + i, i < features ? bit_of(packed, i) : 0.0f);
}

template <typename Number>
INLINED void expand_rows_of_bits(const glsl::ExpandedRows &rows, uint run, uint first, uint end) {
  for (uint row = first; row < end; ++row) {
    expand_bits(rows.packed(run, row), rows.p.features, rows.expanded<Number>(run, row), rows.p.padded_features);
  }
}

VECTORISED_WHOLE void host_expand_bits(const HostArguments *arguments, uint run, uint first, uint end) {
  const glsl::ExpandedRows rows(arguments);
  end = rows.clamped(run, end);
  if (rows.rounds) {
    expand_rows_of_bits<uint16_t>(rows, run, first, end);
  } else {
    expand_rows_of_bits<float>(rows, run, first, end);
  }
}

// Hanabi/hanabi_observation.glsl: a belief is bit(slot, card) * left(card) / sum(slot), 0 where the sum is 0.
template <typename Number>
INLINED void expand_rows_of_hanabi(const glsl::ExpandedRows &rows, uint run, uint first, uint end) {
  const uint offset = rows.macro("KNOWLEDGE_OFFSET"), pitch = rows.macro("SLOT_FEATURES"), cards = rows.macro("CARDS");
  const uint plane_word = rows.macro("LEFT_PLANES_OFFSET"), planes = rows.macro("LEFT_PLANES");
  const uint sum_word = rows.macro("WEIGHT_SUMS_OFFSET"), slots = (rows.p.features - offset) / pitch;
  for (uint row = first; row < end; ++row) {
    const uint *packed = rows.packed(run, row);
    Number *inputs = rows.expanded<Number>(run, row);
    expand_bits(packed, rows.p.features, inputs, rows.p.padded_features);
    float left[32];
    for (uint card = 0; card < 32; ++card) {
      uint count = 0;
      for (uint plane = 0; plane < planes; ++plane) count |= ((packed[plane_word + plane] >> card) & 1u) << plane;
      left[card] = static_cast<float>(static_cast<int>(count));
    }
    for (uint slot = 0; slot < slots; ++slot) {
      uint sum = (packed[sum_word + slot / 2] >> (16 * (slot & 1u))) & 0xFFFFu;
      float scale = 1.0f / static_cast<float>(static_cast<int>(sum > 1 ? sum : 1));
      const uint beliefs = offset + slot * pitch;
      for (uint card = 0; card < cards; ++card) {
        store(inputs + beliefs + card, bit_of(packed, beliefs + card) * left[card] * scale);
      }
    }
  }
}

VECTORISED_WHOLE void host_expand_hanabi(const HostArguments *arguments, uint run, uint first, uint end) {
  const glsl::ExpandedRows rows(arguments);
  end = rows.clamped(run, end);
  if (rows.rounds) {
    expand_rows_of_hanabi<uint16_t>(rows, run, first, end);
  } else {
    expand_rows_of_hanabi<float>(rows, run, first, end);
  }
}
