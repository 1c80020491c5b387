// Matrix products by oneDNN, versions 2 and 3, which is loaded at run time.
//
// Every call runs on the calling thread alone: callers share work out among threads themselves, so that results do not
// depend on how many there are.
#ifndef CROSSPLAY_ONE_DNN_H
#define CROSSPLAY_ONE_DNN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Why oneDNN cannot be used, as the end of a sentence; NULL where it can. Loads it; from several threads at will.
const char *one_dnn_load(void);

// "oneDNN 2.6.3 avx512_core_bf16": the version, and the instructions that it uses. NULL where it cannot be used.
const char *one_dnn_description(void);

// Whether it can be used and the processor has instructions that multiply bfloat16.
bool one_dnn_has_bfloat16(void);

// C (rows, columns) = A B, or C += A B, of row-major matrices; the pitches are elements from one row to the next. A is
// (rows, depth) or, transposed, (depth, rows); B is (depth, columns) or (columns, depth).
struct OneDNNProduct {
  size_t rows, columns, depth;
  size_t a_pitch, b_pitch, c_pitch;
  bool a_transposed, b_transposed;
  bool accumulates;
};

// Of float32. For use once `one_dnn_load` has returned NULL.
void one_dnn_multiply(const struct OneDNNProduct *product, const float *a, const float *b, float *c);

enum OneDNNActivation { OneDNNActivationNone, OneDNNActivationReLU, OneDNNActivationTanh };

// C = act(A B + bias), or C += A B, of operands in bfloat16 with sums in float32.
struct OneDNNBFloat16Product {
  struct OneDNNProduct shape;
  enum OneDNNActivation activation;
  bool rounds;  // C is bfloat16, else float32
};

// For use where `one_dnn_has_bfloat16`. Rows and columns are multiples of 8: oneDNN 3.7 fails for one of either. What it
// prepares is kept per product, for all threads; bias (columns) may be NULL, and is where C is added to.
void one_dnn_multiply_bfloat16(const struct OneDNNBFloat16Product *product, const uint16_t *a, const uint16_t *b,
                               const float *bias, void *c);

// The same by plain loops, wherever: for tests of all that is around it.
void emulated_multiply_bfloat16(const struct OneDNNBFloat16Product *product, const uint16_t *a, const uint16_t *b,
                                const float *bias, void *c);

#ifdef __cplusplus
}
#endif
#endif
