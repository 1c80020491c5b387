#include "host_rounded.h"
#include "activation.h"
#include "bfloat16.h"
#include "lists.h"
#include "vectorised.h"

#define INLINED static inline __attribute__((always_inline))

VECTORISED void host_round(uint16_t *restrict result, const float *restrict numbers, size_t count) {
  for (size_t i = 0; i < count; ++i) result[i] = rounded(numbers[i]);
}

VECTORISED void host_widen(float *restrict numbers, const uint16_t *restrict rounded, size_t count) {
  for (size_t i = 0; i < count; ++i) numbers[i] = widened(rounded[i]);
}

VECTORISED void host_rounded_relu_backward(uint16_t *restrict gradients, const uint16_t *restrict outputs,
                                           size_t count) {
  for (size_t i = 0; i < count; ++i) gradients[i] = widened(outputs[i]) > 0.0f ? gradients[i] : 0;
}

VECTORISED void host_rounded_tanh_backward(uint16_t *restrict gradients, const uint16_t *restrict outputs,
                                           size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const float y = widened(outputs[i]);
    gradients[i] = rounded(widened(gradients[i]) * (1.0f - y * y));
  }
}

VECTORISED void host_add_rounded_column_sums(float *restrict sums, const uint16_t *restrict values, size_t pitch,
                                             size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; ++row, values += pitch) {
    for (size_t i = 0; i < columns; ++i) sums[i] += widened(values[i]);
  }
}

// Sums of one row over its entries, `columns` of them from `first` on; at most BLOCK.
#define BLOCK ((size_t)64)
INLINED void add_entries(float *restrict sums, const uint16_t *restrict weights, const uint32_t *restrict entry,
                         uint32_t length, size_t pitch, size_t columns) {
  for (uint32_t k = 0; k < length; ++k) {
    const float value = value_of(entry[k]);
    const uint16_t *restrict w = weights + (entry[k] & 0xFFFFu) * pitch;
    for (size_t i = 0; i < columns; ++i) sums[i] += value * widened(w[i]);
  }
}

INLINED void row_sums(float *restrict sums, const float *restrict base, const uint16_t *restrict weights,
                      const uint32_t *restrict entry, uint32_t length, size_t first, size_t columns) {
  const size_t count = columns - first < BLOCK ? columns - first : BLOCK;
  memcpy(sums, base + first, count * sizeof *sums);
  if (count == BLOCK) {  // in registers
    add_entries(sums, weights + first, entry, length, columns, BLOCK);
  } else {
    add_entries(sums, weights + first, entry, length, columns, count);
  }
}

VECTORISED void host_rounded_sparse_forward(uint16_t *restrict y, const float *restrict base,
                                            const uint16_t *restrict weights, const uint32_t *restrict entries,
                                            size_t pitch, const uint32_t *restrict lengths,
                                            const uint32_t *restrict lists, size_t rows, size_t columns,
                                            enum HostActivation activation) {
  for (size_t row = 0; row < rows; ++row, y += columns) {
    prefetch_list(entries, pitch, lengths, lists, row, rows);
    const size_t list = lists ? lists[row] : row;
    for (size_t first = 0; first < columns; first += BLOCK) {
      float sums[BLOCK];
      row_sums(sums, base, weights, entries + list * pitch, lengths[list], first, columns);
      const size_t count = columns - first < BLOCK ? columns - first : BLOCK;
      if (activation == HostActivationReLU) {
        for (size_t i = 0; i < count; ++i) sums[i] = sums[i] < 0.0f ? 0.0f : sums[i];
      } else if (activation == HostActivationTanh) {
        for (size_t i = 0; i < count; ++i) sums[i] = tanh_of(sums[i]);
      }
      for (size_t i = 0; i < count; ++i) y[first + i] = rounded(sums[i]);
    }
  }
}

VECTORISED void host_rounded_sparse_linear(float *restrict y, const float *restrict base,
                                           const uint16_t *restrict weights, const uint32_t *restrict entries,
                                           size_t pitch, const uint32_t *restrict lengths,
                                           const uint32_t *restrict lists, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; ++row, y += columns) {
    prefetch_list(entries, pitch, lengths, lists, row, rows);
    const size_t list = lists ? lists[row] : row;
    for (size_t first = 0; first < columns; first += BLOCK) {
      row_sums(y + first, base, weights, entries + list * pitch, lengths[list], first, columns);
    }
  }
}

VECTORISED void host_add_rounded_sparse_gradients(float *restrict weight_gradients, const uint16_t *restrict gradients,
                                                  const uint32_t *restrict entries, size_t pitch,
                                                  const uint32_t *restrict lengths, const uint32_t *restrict lists,
                                                  size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; ++row, gradients += columns) {
    prefetch_list(entries, pitch, lengths, lists, row, rows);
    const size_t list = lists ? lists[row] : row;
    const uint32_t *restrict entry = entries + list * pitch;
    const uint32_t length = lengths[list];
    for (uint32_t k = 0; k < length; ++k) {
      const float value = value_of(entry[k]);
      float *restrict dw = weight_gradients + (entry[k] & 0xFFFFu) * columns;
      for (size_t i = 0; i < columns; ++i) dw[i] += value * widened(gradients[i]);
    }
  }
}
