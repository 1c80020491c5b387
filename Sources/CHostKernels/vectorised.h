// One version of a function per instruction set, of which the loader takes the best that the processor has.
#ifndef CROSSPLAY_VECTORISED_H
#define CROSSPLAY_VECTORISED_H

#include <stdint.h>  // of glibc, which then says so

#if defined(__x86_64__) && defined(__GLIBC__)  // the loader of glibc chooses between versions
#define VECTORISED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VECTORISED
#endif

// The same with everything inlined that the function calls.
#define VECTORISED_WHOLE VECTORISED __attribute__((flatten))

#endif
