// Push constants of the kernels that draw symmetries and apply them, shared by GLSL and Swift.
//
// Every buffer is run-major; `*_stride` is the distance in elements from one run of the window to the next.
#ifndef CROSSPLAY_SYMMETRY_H
#define CROSSPLAY_SYMMETRY_H
#include "Common/types.h"

// Push constants of draw_symmetries.comp.
struct SymmetryDrawDispatch {
  uint environments;     // N
  uint block;            // row block of `symmetries`
  uint first_element;    // the smallest element that is drawn
  uint elements;         // how many are drawn from
  uint seed_stride;      // seeds (two words) per run
  uint episode_stride;   // words per run of `episodes`
  uint episode_pitch;    // words from one environment to the next in `episodes`
  uint done_stride;      // words per run of `dones`
  uint symmetry_stride;  // words per run of `symmetries`
};

// Push constants of the kernels that apply symmetries.
struct SymmetryDispatch {
  uint environments;     // N
  uint block;            // row block of `symmetries` and `legal_masks`; transition of `actions`
  uint symmetry_stride;  // words per run of `symmetries`
  uint mask_stride;      // words per run of `legal_masks`
  uint action_stride;    // words per run of `actions` and `environment_actions`
  uint action_words;     // words of one row of `action_table`
};

#endif
