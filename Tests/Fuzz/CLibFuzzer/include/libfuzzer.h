// The entry of libFuzzer for programs that have a `main` of their own (https://llvm.org/docs/LibFuzzer.html).
#ifndef CROSSPLAY_LIBFUZZER_H
#define CROSSPLAY_LIBFUZZER_H
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));

#endif
