// Kernels that measure what a device does at best.
#ifndef CROSSPLAY_PROBE_H
#define CROSSPLAY_PROBE_H
#include "Common/types.h"

// Independent sums of multiply_add, and quads that an invocation of copy_memory copies.
#define PROBE_SUMS 2u

struct ProbeDispatch {
  uint count;       // invocations of multiply_add; quads of copy_memory
  uint iterations;  // multiply-adds of every sum
};

#endif
