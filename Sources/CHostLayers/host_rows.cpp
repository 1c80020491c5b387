// Which rows stand in a chunk, and their observations.
#include "glsl.hpp"
#include "host_rows.h"
#include "vectorised.h"

namespace glsl {

#define MASK_WORDS shape.mask_words
#define WIDE_BEGIN shape.wide_begin
#define WIDE_END shape.wide_end

struct Selection : HostRowSelection {
  Pairs seeds;

  explicit Selection(const HostRowSelection &selection) : HostRowSelection(selection), seeds{selection.seed_words} {}

#include "Common/acting.glsl"
#include "PPO/permutation.glsl"

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
    Permutation permutation = make_permutation(
        p.actors, seeds[run * shape.seed_stride], progress[run * RUN_SCALARS + PROGRESS_UPDATE], p.epoch);
    uint actors = p.minibatch_rows / p.steps;
    for (uint i = 0; i < p.rows; ++i) {
      uint position = p.first + i;
      bool known = i >= actors && position % p.minibatch_rows >= actors;  // the same actor, one step before
      rows[i] = known ? rows[i - actors] + p.actors : row_of_epoch(permutation, position, p.minibatch_rows, p.steps);
    }
  }

  void select(uint run, uint *rows, uint *kinds) {
    list_rows(run, rows);
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
    counts[ROW_COUNT_WIDE] = wide;
  }
};

struct Moments : HostMoments {
  Pairs seeds;

  explicit Moments(const HostMoments &moments) : HostMoments(moments), seeds{moments.seed_words} {}

#include "PPO/permutation.glsl"

  // Sums in double precision, step by step.
  void compute(uint run, uint minibatch, uint *actors) {
    Permutation permutation =
        make_permutation(p.actors, seeds[run * seed_stride], progress[run * RUN_SCALARS + PROGRESS_UPDATE], p.epoch);
    uint count = p.minibatch_rows / p.steps;
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

}  // namespace glsl

void host_select_rows(const HostRowSelection *selection, uint run, uint *scratch) {
  glsl::Selection(*selection).select(run, scratch, scratch + selection->p.rows);
}

void host_advantage_moments(const HostMoments *moments, uint run, uint minibatch, uint *scratch) {
  glsl::Moments(*moments).compute(run, minibatch, scratch);
}

VECTORISED void host_expand_observations(const HostObservationBits *bits, const uint *observations,
                                         const uint *row_indices, size_t rows, float *inputs, size_t columns) {
  const size_t whole = bits->features / 32;
  for (size_t row = 0; row < rows; ++row, inputs += columns) {
    const uint *packed = observations + static_cast<size_t>(row_indices[row]) * bits->words;
    for (size_t word = 0; word < whole; ++word) {
      for (uint i = 0; i < 32; ++i) inputs[32 * word + i] = static_cast<float>(static_cast<int>((packed[word] >> i) & 1u));
    }
    for (size_t i = 32 * whole; i < columns; ++i) {
      inputs[i] = i < bits->features ? static_cast<float>(static_cast<int>((packed[whole] >> (i & 31u)) & 1u)) : 0.0f;
    }
    if (bits->belief_slots == 0) continue;
    float left[32];
    for (uint card = 0; card < 32; ++card) {
      uint count = 0;
      for (uint plane = 0; plane < bits->planes; ++plane) {
        count |= ((packed[bits->plane_word + plane] >> card) & 1u) << plane;
      }
      left[card] = static_cast<float>(static_cast<int>(count));
    }
    for (uint slot = 0; slot < bits->belief_slots; ++slot) {
      uint sum = (packed[bits->sum_word + slot / 2] >> (16 * (slot & 1u))) & 0xFFFFu;
      float scale = 1.0f / static_cast<float>(static_cast<int>(sum > 1 ? sum : 1));
      float *beliefs = inputs + bits->belief_offset + static_cast<size_t>(slot) * bits->belief_pitch;
      for (uint card = 0; card < bits->belief_cards; ++card) beliefs[card] = beliefs[card] * left[card] * scale;
    }
  }
}
