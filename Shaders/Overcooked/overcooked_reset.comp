#version 450
// Starts a new episode where the last one is done (or everywhere): the start state, with what is left to chance drawn.
//
//   draw 0: directions, and for RANDOM_RESET two different floor cells and what the hands hold
//   draw 1 ...: four pots each, for RANDOM_RESET
//
// One invocation per (run, environment). Games that go on leave all loops at once.
#include "Common/environment.h"
#include "Common/buffers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "Overcooked/overcooked_state.glsl"
#include "Overcooked/overcooked_terrain.glsl"
#include "Common/random.glsl"
INPUT(0, uvec2, seeds);         // (R)
INPUT(1, uint, dones);          // (R, T, N)
INPUT(2, uvec4, start_states);  // (R, N, S), or one for all
STATES_IN_OUT(3);               // (R, N, S)

// Floor cell number `index`, in the order of the cells.
uint floor_cell(uint index) {
  uint found = 0u;
  uint cell = 0u;
  for (uint candidate = 0u; candidate < CELLS; ++candidate) {
    bool is_floor = kind_of(candidate) == OVERCOOKED_FLOOR;
    cell = is_floor && found == index ? candidate : cell;
    found += uint(is_floor);
  }
  return cell;
}

// Both cooks after draw 0.
uint drawn_cooks(uint status, uvec4 bits) {
  uvec2 cells = uvec2(CELL_OF(status), CELL_OF(status >> OVERCOOKED_COOK_BITS));
  uvec2 directions = uvec2(DIRECTION_OF(status), DIRECTION_OF(status >> OVERCOOKED_COOK_BITS));
  uvec2 held = uvec2(HELD_OF(status), HELD_OF(status >> OVERCOOKED_COOK_BITS));
#ifdef RANDOM_DIRECTIONS
  directions = uvec2(bits.z & 3u, (bits.z >> 2) & 3u);
#endif
#ifdef RANDOM_RESET
  uint first = to_index(bits.x, FLOOR_CELLS);
  uint second = to_index(bits.y, FLOOR_CELLS - 1u);
  cells = uvec2(floor_cell(first), floor_cell(second + uint(second >= first)));
  held = uvec2((bits.z >> 4) & 3u, (bits.z >> 6) & 3u);
#endif
  return COOK(cells.x, directions.x, held.x) | (COOK(cells.y, directions.y, held.y) << OVERCOOKED_COOK_BITS);
}

void main() {
  uint environment = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (environment >= p.environments) return;
  locate_state(run, environment);
  bool first = p.force_reset != 0u;
  bool starts = first || dones[run * p.done_stride + p.transition * p.environments + environment] != 0u;
  uint episode = first ? 0u : STATE(OVERCOOKED_EPISODE) + 1u;
  uint transitions = first ? 0u : STATE(OVERCOOKED_TRANSITIONS);

  uint start = (run * p.start_stride + environment * p.start_environment_stride) / 4u;
  uint words = starts ? STATE_WORDS : 0u;
  for (uint word = 0u; word < words; word += 4u) STORE_STATE4(word, start_states[start + word / 4u]);

  uint start_status = start_states[start].x;
  bool drawn = ((start_status >> OVERCOOKED_DRAWN_SHIFT) & 1u) != 0u;
  uint status = start_status & ~(1u << OVERCOOKED_DRAWN_SHIFT);
  uint draws = starts && drawn ? DRAWS : 0u;
  for (uint draw = 0u; draw < draws; ++draw) {
    uvec4 bits = random_words(seeds[run * p.seed_stride], PURPOSE_DEAL, environment, episode, draw);
    if (draw == 0u) {
      status = drawn_cooks(status, bits);
    } else {
      uint pots = 0u;
      for (uint i = 0u; i < min(4u, POTS - 4u * (draw - 1u)); ++i) {
        pots |= to_index(bits.x, OVERCOOKED_POT_EMPTY + 1u) << (8u * i);
        bits = bits.yzwx;
      }
      STATE(OVERCOOKED_POTS + draw - 1u) = pots;
    }
  }
  if (starts) {
    STATE(OVERCOOKED_STATUS) = status;
    STATE(OVERCOOKED_EPISODE) = episode;
    STATE(OVERCOOKED_TRANSITIONS) = transitions;
  }
}
