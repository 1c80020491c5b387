// What the host does to the outputs of dense layers between matrix products, where the Vulkan device is a CPU.
//
// Plain loops over rows of float32 for the compiler to vectorise; on x86 it makes one version per instruction set, and the
// loader takes the best that the processor has. Matrices are row-major, without gaps unless a pitch (elements from one row
// to the next) is given; no argument may alias another.
#ifndef CROSSPLAY_HOST_LAYERS_H
#define CROSSPLAY_HOST_LAYERS_H
#include <stddef.h>
#include <stdint.h>

// y (rows, columns) += bias (columns)
void host_add_bias(float *y, size_t pitch, const float *bias, size_t rows, size_t columns);

// y (rows, columns) = max(y + bias, 0); not-a-number stays
void host_add_bias_relu(float *y, const float *bias, size_t rows, size_t columns);

// y (rows, columns) = tanh(y + bias), to 2e-7
void host_add_bias_tanh(float *y, const float *bias, size_t rows, size_t columns);

// gradients *= relu'(x) = 1[y > 0], of count activated outputs y
void host_relu_backward(float *gradients, const float *outputs, size_t count);

// gradients *= tanh'(x) = 1 - y^2, of count activated outputs y
void host_tanh_backward(float *gradients, const float *outputs, size_t count);

// Layer normalisation of the first `width` of the columns of z (rows, columns); columns are a multiple of 8, and what is
// behind `width` is padding, which is 0 in z and scale. n = (z - mean) r, r = 1 / sqrt(variance + epsilon).

// y (rows, columns) = scale n; moments (rows, 2) = mean, r
void host_normalise(float *y, float *moments, const float *z, const float *scale, float epsilon, size_t rows,
                    size_t width, size_t columns);

// sum_gradients (rows, columns) = the gradient by z, from gradients (rows, columns) by scale n + bias
void host_normalise_backward(float *sum_gradients, const float *gradients, const float *z, const float *moments,
                             const float *scale, size_t rows, size_t width, size_t columns);

// scale_gradients (columns) += the sum over the rows of gradients n, first row first
void host_add_scale_gradients(float *scale_gradients, const float *gradients, const float *z, const float *moments,
                              size_t rows, size_t columns);

// sums (columns) += the sum over the rows of values (rows, columns), first row first
void host_add_column_sums(float *sums, const float *values, size_t pitch, size_t rows, size_t columns);

// Lists of rows: list l has lengths[l] entries from entries[l * pitch] on, each a feature in the low 16 bits and a whole
// number, its value, in the high 16. Row r has the list lists[r], or r where `lists` is NULL.

// y[r] (columns) = base + sum over the entries (f, v) of row r of v weights[f]; base NULL is 0
void host_sparse_forward(float *y, const float *base, const float *weights, const uint32_t *entries, size_t pitch,
                         const uint32_t *lengths, const uint32_t *lists, size_t rows, size_t columns);

// weight_gradients[f] += sum over rows r and their entries (f, v) of v gradients[r], first row first
void host_add_sparse_gradients(float *weight_gradients, const float *gradients, const uint32_t *entries, size_t pitch,
                               const uint32_t *lengths, const uint32_t *lists, size_t rows, size_t columns);

// One step of a GRU for some sequences of width H; gates (rows, 3 H): reset r, update z, candidate n.

// gates = x W_i + b_i on entry, r, z, n on return; sums (rows, 3 H) = previous W; bias (H) of the candidate's product q;
// hidden (rows, H) = (1 - z) n + z previous. products gets q unless NULL; following (rows, H), unless NULL, gets hidden,
// or 0 in rows that resets says
void host_gru_forward(float *gates, const float *sums, const float *bias, const float *previous, float *hidden,
                      float *products, float *following, const uint32_t *resets, size_t rows, size_t width);

// gradients (rows, H) += sums + following * z, but for rows that resets says; sums (rows, H), following and gates are
// those of the step after
void host_gru_add_following(float *gradients, const float *sums, const float *following, const float *gates,
                            const uint32_t *resets, size_t rows, size_t width);

// gate_gradients and recurrent_gradients (rows, 3 H): gradients by x W_i + b_i and by previous W, from gradients (rows, H) by
// hidden
void host_gru_backward(float *gate_gradients, float *recurrent_gradients, const float *gradients,
                       const float *previous, const float *gates, const float *products, size_t rows, size_t width);

#endif
