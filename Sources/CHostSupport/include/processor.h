// What the processor of this machine can do.
#ifndef CROSSPLAY_PROCESSOR_H
#define CROSSPLAY_PROCESSOR_H

// OpenBLAS's name for the kernels that use most of the instructions that this processor has; NULL where that is left to
// the library.
const char *crossplay_openblas_core(void);

#endif
