#include "host_layers.h"
#include "activation.h"
#include "lists.h"
#include "vectorised.h"
#include <string.h>

VECTORISED void host_add_bias(float *restrict y, size_t pitch, const float *restrict bias, size_t rows,
                              size_t columns) {
  for (size_t row = 0; row < rows; ++row, y += pitch) {
    for (size_t i = 0; i < columns; ++i) y[i] += bias[i];
  }
}

VECTORISED void host_add_bias_relu(float *restrict y, const float *restrict bias, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; ++row, y += columns) {
    for (size_t i = 0; i < columns; ++i) {
      float x = y[i] + bias[i];
      y[i] = x < 0.0f ? 0.0f : x;
    }
  }
}

VECTORISED void host_add_bias_tanh(float *restrict y, const float *restrict bias, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; ++row, y += columns) {
    for (size_t i = 0; i < columns; ++i) y[i] = tanh_of(y[i] + bias[i]);
  }
}

VECTORISED void host_relu_backward(float *restrict gradients, const float *restrict outputs, size_t count) {
  for (size_t i = 0; i < count; ++i) gradients[i] *= outputs[i] > 0.0f ? 1.0f : 0.0f;
}

VECTORISED void host_tanh_backward(float *restrict gradients, const float *restrict outputs, size_t count) {
  for (size_t i = 0; i < count; ++i) gradients[i] *= 1.0f - outputs[i] * outputs[i];
}

// Sums run in as many strands, column i in strand i % STRANDS, for the compiler to keep in one register.
#define STRANDS ((size_t)8)

static inline __attribute__((always_inline)) float joined(const float *strands) {
  return ((strands[0] + strands[4]) + (strands[2] + strands[6])) + ((strands[1] + strands[5]) + (strands[3] + strands[7]));
}

VECTORISED void host_normalise(float *restrict y, float *restrict moments, const float *restrict z,
                               const float *restrict scale, float epsilon, size_t rows, size_t width, size_t columns) {
  const size_t whole = width / STRANDS * STRANDS;
  const float share = 1.0f / (float)width;
  for (size_t row = 0; row < rows; ++row, y += columns, moments += 2, z += columns) {
    float sums[STRANDS] = {0}, squares[STRANDS] = {0};
    for (size_t i = 0; i < columns; i += STRANDS) {
      for (size_t k = 0; k < STRANDS; ++k) sums[k] += z[i + k];
    }
    const float mean = joined(sums) * share;
    for (size_t i = 0; i < whole; i += STRANDS) {
      for (size_t k = 0; k < STRANDS; ++k) squares[k] += (z[i + k] - mean) * (z[i + k] - mean);
    }
    for (size_t i = whole; i < width; ++i) squares[i - whole] += (z[i] - mean) * (z[i] - mean);
    const float r = 1.0f / __builtin_sqrtf(joined(squares) * share + epsilon);
    for (size_t i = 0; i < columns; ++i) y[i] = (z[i] - mean) * r * scale[i];
    moments[0] = mean;
    moments[1] = r;
  }
}

// r (g - mean(g) - n mean(g n)), g = gradients scale
VECTORISED void host_normalise_backward(float *restrict sum_gradients, const float *restrict gradients,
                                        const float *restrict z, const float *restrict moments,
                                        const float *restrict scale, size_t rows, size_t width, size_t columns) {
  const float share = 1.0f / (float)width;
  for (size_t row = 0; row < rows; ++row, sum_gradients += columns, gradients += columns, z += columns) {
    const float mean = moments[2 * row], r = moments[2 * row + 1];
    float sums[STRANDS] = {0}, products[STRANDS] = {0};
    for (size_t i = 0; i < columns; i += STRANDS) {
      for (size_t k = 0; k < STRANDS; ++k) {
        const float g = gradients[i + k] * scale[i + k];
        sums[k] += g;
        products[k] += g * ((z[i + k] - mean) * r);
      }
    }
    const float mean_gradient = joined(sums) * share, mean_product = joined(products) * share;
    for (size_t i = 0; i < width; ++i) {
      const float n = (z[i] - mean) * r;
      sum_gradients[i] = (gradients[i] * scale[i] - mean_gradient - n * mean_product) * r;
    }
    for (size_t i = width; i < columns; ++i) sum_gradients[i] = 0.0f;
  }
}

VECTORISED void host_add_scale_gradients(float *restrict scale_gradients, const float *restrict gradients,
                                         const float *restrict z, const float *restrict moments, size_t rows,
                                         size_t columns) {
  for (size_t row = 0; row < rows; ++row, gradients += columns, z += columns) {
    const float mean = moments[2 * row], r = moments[2 * row + 1];
    for (size_t i = 0; i < columns; ++i) scale_gradients[i] += gradients[i] * ((z[i] - mean) * r);
  }
}

VECTORISED void host_add_column_sums(float *restrict sums, const float *restrict values, size_t pitch, size_t rows,
                                     size_t columns) {
  for (size_t row = 0; row < rows; ++row, values += pitch) {
    for (size_t i = 0; i < columns; ++i) sums[i] += values[i];
  }
}

// 64 columns of a row in registers; the columns that are left one by one.
typedef float lanes __attribute__((vector_size(64), aligned(4), may_alias));
#define BLOCK ((size_t)64)

VECTORISED void host_sparse_forward(float *restrict y, const float *restrict base, const float *restrict weights,
                                    const uint32_t *restrict entries, size_t pitch, const uint32_t *restrict lengths,
                                    const uint32_t *restrict lists, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; ++row, y += columns) {
    prefetch_list(entries, pitch, lengths, lists, row, rows);
    const size_t list = lists ? lists[row] : row;
    const uint32_t *restrict entry = entries + list * pitch;
    const uint32_t length = lengths[list];
    size_t first = 0;
    for (; first + BLOCK <= columns; first += BLOCK) {
      lanes a = {0}, b = {0}, c = {0}, d = {0};
      if (base) {
        const lanes *from = (const lanes *)(base + first);
        a = from[0], b = from[1], c = from[2], d = from[3];
      }
      for (uint32_t k = 0; k < length; ++k) {
        const float value = value_of(entry[k]);
        const lanes *w = (const lanes *)(weights + (entry[k] & 0xFFFFu) * columns + first);
        a += value * w[0], b += value * w[1], c += value * w[2], d += value * w[3];
      }
      lanes *to = (lanes *)(y + first);
      to[0] = a, to[1] = b, to[2] = c, to[3] = d;
    }
    for (size_t i = first; i < columns; ++i) y[i] = base ? base[i] : 0.0f;
    for (uint32_t k = 0; k < length && first < columns; ++k) {
      const float value = value_of(entry[k]);
      const float *restrict w = weights + (entry[k] & 0xFFFFu) * columns;
      for (size_t i = first; i < columns; ++i) y[i] += value * w[i];
    }
  }
}

VECTORISED void host_add_sparse_gradients(float *restrict weight_gradients, const float *restrict gradients,
                                          const uint32_t *restrict entries, size_t pitch,
                                          const uint32_t *restrict lengths, const uint32_t *restrict lists,
                                          size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; ++row, gradients += columns) {
    prefetch_list(entries, pitch, lengths, lists, row, rows);
    const size_t list = lists ? lists[row] : row;
    const uint32_t *restrict entry = entries + list * pitch;
    const uint32_t length = lengths[list];
    size_t first = 0;
    for (; first + BLOCK <= columns; first += BLOCK) {
      const lanes *from = (const lanes *)(gradients + first);
      const lanes a = from[0], b = from[1], c = from[2], d = from[3];
      for (uint32_t k = 0; k < length; ++k) {
        const float value = value_of(entry[k]);
        lanes *dw = (lanes *)(weight_gradients + (entry[k] & 0xFFFFu) * columns + first);
        dw[0] += value * a, dw[1] += value * b, dw[2] += value * c, dw[3] += value * d;
      }
    }
    for (uint32_t k = 0; k < length && first < columns; ++k) {
      const float value = value_of(entry[k]);
      float *restrict dw = weight_gradients + (entry[k] & 0xFFFFu) * columns;
      for (size_t i = first; i < columns; ++i) dw[i] += value * gradients[i];
    }
  }
}

static inline __attribute__((always_inline)) float sigmoid_of(float x) { return 0.5f + 0.5f * tanh_of(0.5f * x); }

VECTORISED void host_gru_forward(float *restrict gates, const float *restrict sums, const float *restrict bias,
                                 const float *restrict previous, float *restrict hidden, float *restrict products,
                                 float *restrict following, const uint32_t *restrict resets, size_t rows,
                                 size_t width) {
  for (size_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < width; ++i) {
      const float q = sums[2 * width + i] + bias[i];
      const float r = sigmoid_of(gates[i] + sums[i]);
      const float z = sigmoid_of(gates[width + i] + sums[width + i]);
      const float n = tanh_of(gates[2 * width + i] + r * q);
      gates[i] = r;
      gates[width + i] = z;
      gates[2 * width + i] = n;
      hidden[i] = n + z * (previous[i] - n);
      if (products) products[i] = q;
    }
    if (following) {
      if (resets[row]) {
        memset(following, 0, width * sizeof *following);
      } else {
        memcpy(following, hidden, width * sizeof *following);
      }
      following += width;
    }
    if (products) products += width;
    gates += 3 * width;
    sums += 3 * width;
    previous += width;
    hidden += width;
  }
}

VECTORISED void host_gru_add_following(float *restrict gradients, const float *restrict sums,
                                       const float *restrict following, const float *restrict gates,
                                       const uint32_t *restrict resets, size_t rows, size_t width) {
  for (size_t row = 0; row < rows; ++row, gradients += width, sums += width, following += width, gates += 3 * width) {
    if (resets[row]) continue;
    for (size_t i = 0; i < width; ++i) gradients[i] += sums[i] + following[i] * gates[width + i];
  }
}

VECTORISED void host_gru_backward(float *restrict gate_gradients, float *restrict recurrent_gradients,
                                  const float *restrict gradients, const float *restrict previous,
                                  const float *restrict gates, const float *restrict products, size_t rows,
                                  size_t width) {
  for (size_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < width; ++i) {
      const float r = gates[i], z = gates[width + i], n = gates[2 * width + i];
      const float candidate = gradients[i] * (1.0f - z) * (1.0f - n * n);
      const float reset = candidate * products[i] * r * (1.0f - r);
      const float update = gradients[i] * (previous[i] - n) * z * (1.0f - z);
      gate_gradients[i] = reset;
      gate_gradients[width + i] = update;
      gate_gradients[2 * width + i] = candidate;
      recurrent_gradients[i] = reset;
      recurrent_gradients[width + i] = update;
      recurrent_gradients[2 * width + i] = candidate * r;
    }
    gate_gradients += 3 * width;
    recurrent_gradients += 3 * width;
    gradients += width;
    previous += width;
    gates += 3 * width;
    products += width;
  }
}
