// What crosses the border between GLSL and Swift: the shared structs and constants, and the shader texts themselves.
#ifndef CROSSPLAY_CSHADERS_H
#define CROSSPLAY_CSHADERS_H

#include "Common/types.h"
#include "Common/purposes.h"
#include "Common/environment.h"
#include "PPO/ppo.h"
#include "Network/network.h"
#include "Evaluation/evaluation.h"
#include "Symmetry/symmetry.h"
#include "Tabular/tabular.h"
#include "Probe/probe.h"
#include "Hanabi/hanabi_layout.h"
#include "Levers/levers_layout.h"
#include "Overcooked/overcooked_layout.h"
#include "OvercookedV2/overcooked_v2_layout.h"
#include "Yokai/yokai_layout.h"

struct EmbeddedShaderFile {
  const char *name;  // path below Shaders/, for example "PPO/compute_gae.comp"
  const char *text;  // zero-terminated
};

/// All files below Shaders/ that kernels are made of.
unsigned int crossplay_embedded_shader_count(void);
struct EmbeddedShaderFile crossplay_embedded_shader(unsigned int index);

#endif
