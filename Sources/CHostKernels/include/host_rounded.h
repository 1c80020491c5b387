// What the host does between matrix products of bfloat16, where the Vulkan device is a CPU: host_layers.h for numbers that
// are rounded to 16 bits. All arithmetic is in float32.
#ifndef CROSSPLAY_HOST_ROUNDED_H
#define CROSSPLAY_HOST_ROUNDED_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// To the nearest bfloat16, ties to even; infinities and not-a-number stay.
void host_round(uint16_t *rounded, const float *numbers, size_t count);

// The same numbers as float32.
void host_widen(float *numbers, const uint16_t *rounded, size_t count);

// gradients *= relu'(x) = 1[y > 0], of count activated outputs y
void host_rounded_relu_backward(uint16_t *gradients, const uint16_t *outputs, size_t count);

// gradients *= tanh'(x) = 1 - y^2, of count activated outputs y
void host_rounded_tanh_backward(uint16_t *gradients, const uint16_t *outputs, size_t count);

// sums (columns) += the sum over the rows of values (rows, columns), first row first
void host_add_rounded_column_sums(float *sums, const uint16_t *values, size_t pitch, size_t rows, size_t columns);

enum HostActivation { HostActivationNone, HostActivationReLU, HostActivationTanh };

// Lists of rows as in host_layers.h.

// y[r] (columns) = act(base + sum over the entries (f, v) of row r of v weights[f])
void host_rounded_sparse_forward(uint16_t *y, const float *base, const uint16_t *weights, const uint32_t *entries,
                                 size_t pitch, const uint32_t *lengths, const uint32_t *lists, size_t rows,
                                 size_t columns, enum HostActivation activation);

// The same of a linear layer whose outputs are float32.
void host_rounded_sparse_linear(float *y, const float *base, const uint16_t *weights, const uint32_t *entries,
                                size_t pitch, const uint32_t *lengths, const uint32_t *lists, size_t rows,
                                size_t columns);

// weight_gradients[f] += sum over rows r and their entries (f, v) of v gradients[r], first row first
void host_add_rounded_sparse_gradients(float *weight_gradients, const uint16_t *gradients, const uint32_t *entries,
                                       size_t pitch, const uint32_t *lengths, const uint32_t *lists, size_t rows,
                                       size_t columns);

#endif
