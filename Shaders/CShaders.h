// What crosses the border between GLSL and Swift: the shared structs and constants.
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

#endif
