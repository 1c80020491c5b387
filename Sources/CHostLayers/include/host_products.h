// Matrix products of float32 on one thread.
//
// Every element of C is one chain of multiply-adds over the depth, first to last, whatever the shape and its place in it:
// a row's bytes do not depend on the rows beside it. Fused where the processor fuses (x86-64-v3 and later, ARM).
#ifndef CROSSPLAY_HOST_PRODUCTS_H
#define CROSSPLAY_HOST_PRODUCTS_H
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// C (rows, columns) = A (rows, depth) B (depth, columns), added to C if `accumulating`. Matrices are row-major, a pitch is
// the elements from one row to the next as they lie in memory: A transposed is (depth, rows), B transposed (columns,
// depth). C may alias neither.
struct HostProduct {
  const float *a, *b;
  float *c;
  size_t a_pitch, b_pitch, c_pitch;
  size_t rows, columns, depth;
  bool a_transposed, b_transposed, accumulating;
};

void host_multiply(const struct HostProduct *product);

// The instruction set that the products use: "x86-64-v4", "x86-64-v3", or "baseline".
const char *host_instruction_set(void);

#ifdef __cplusplus
}
#endif
#endif
