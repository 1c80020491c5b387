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

#endif
