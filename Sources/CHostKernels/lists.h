// Entries of the lists of observations.
#ifndef CROSSPLAY_LISTS_H
#define CROSSPLAY_LISTS_H
#include <stddef.h>
#include <stdint.h>

#define LIST_INLINED static inline __attribute__((always_inline))

// Rows of a minibatch have their lists anywhere in the rollout: asks for that of a row to come.
LIST_INLINED void prefetch_list(const uint32_t *entries, size_t pitch, const uint32_t *lengths, const uint32_t *lists,
                                size_t row, size_t rows) {
  const size_t ahead = row + 8;
  if (!lists || ahead >= rows) return;
  const uint32_t *entry = entries + lists[ahead] * pitch;
  __builtin_prefetch(lengths + lists[ahead]);
  __builtin_prefetch(entry);
  __builtin_prefetch(entry + 16);
}

LIST_INLINED float value_of(uint32_t entry) { return (float)((int32_t)entry >> 16); }

#endif
