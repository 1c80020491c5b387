// A kernel's text as C++: what a kernel has bound, as members of a struct under the names that the kernel gives them.
//
//     struct SampleRow : Bound<ChunkDispatch> {
//       using Bound::Bound;
//     #include "PPO/sample_row.glsl"    // INPUT(0, float, logits); … functions on them
//     };
#pragma once
#include "glsl.hpp"
#include "host_kernels.h"
#include <string.h>

namespace glsl {

template <typename Push>
struct Bound {
  const HostArguments &arguments;
  const Push &p;  // the push constants

  explicit Bound(const HostArguments *arguments)
      : arguments(*arguments), p(*static_cast<const Push *>(arguments->push)) {}

  template <typename Element>
  Element *buffer(uint binding) const {
    return static_cast<Element *>(arguments.buffers[binding]);
  }

  // The value of a macro of the kernel; 0 where it has none of that name.
  uint macro(const char *name) const {
    for (size_t i = 0; i < arguments.macro_count; ++i) {
      if (strcmp(arguments.macro_names[i], name) == 0) return arguments.macro_values[i];
    }
    return 0;
  }
};

}  // namespace glsl

#define INPUT(BINDING, TYPE, NAME) const TYPE *const NAME = this->template buffer<const TYPE>(BINDING)
#define OUTPUT(BINDING, TYPE, NAME) TYPE *const NAME = this->template buffer<TYPE>(BINDING)
#define IN_OUT(BINDING, TYPE, NAME) OUTPUT(BINDING, TYPE, NAME)
// A macro of the kernel as a member: MACRO(mask_words, "MASK_WORDS") beside #define MASK_WORDS mask_words.
#define MACRO(NAME, MACRO_NAME) const uint NAME = this->macro(MACRO_NAME)
