// What the host does in place of a kernel, where the Vulkan device is a CPU.
#ifndef CROSSPLAY_HOST_KERNEL_H
#define CROSSPLAY_HOST_KERNEL_H

#include <stddef.h>
#include <stdint.h>

// What a kernel has bound, and what it was compiled with.
struct HostArguments {
  const void *push;               // the push constants
  void *const *buffers;           // run 0 of the window in every buffer, by number of the binding
  const char *const *macro_names; // macros whose text is a whole number, such as "8u"
  const uint32_t *macro_values;
  size_t macro_count;
};

// Items `first` ..< `end` of one run of the window: those that the kernel has one invocation or one workgroup for, or item
// 0 where it has one workgroup per run. Calls with different runs or items may be made from several threads.
typedef void (*HostFunction)(const struct HostArguments *arguments, uint32_t run, uint32_t first, uint32_t end);

#endif
