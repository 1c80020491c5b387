#version 450
// Starts a new episode where the last one is done (or everywhere): a start state, with what is left to chance drawn.
//
//   OVERCOOKED_V2_DRAW_…: numbers of (run seed, environment, episode), one kind after the other
//
// One invocation per (run, environment). Games that go on leave all loops at once.
#include "Common/environment.h"
#include "Common/buffers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "OvercookedV2/overcooked_v2_state.glsl"
#include "OvercookedV2/overcooked_v2_terrain.glsl"
#include "Common/random.glsl"
INPUT(0, uvec2, seeds);         // (R)
INPUT(1, uint, dones);          // (R, T, N)
INPUT(2, uvec4, start_states);  // (R, N, states, S), or one list for all
STATES_IN_OUT(3);               // (R, N, S)

#include "OvercookedV2/overcooked_v2_recipes.glsl"

uint environment;
uint episode;
uvec2 seed;

uvec4 draw(uint number) { return random_words(seed, PURPOSE_DEAL, environment, episode, number); }

// Nothing, a plate, an ingredient, or a dish of some recipe; `plates` and `ingredients` say up to where, from one half on.
uint drawn_item(uvec2 bits, float plates, float ingredients) {
  float kind = to_unit_float(bits.x);
  return kind < 0.5 ? 0u : kind < plates ? OVERCOOKED_V2_PLATE
      : kind < ingredients ? (1u << OVERCOOKED_V2_INGREDIENT_SHIFT) << (2u * to_index(bits.y, INGREDIENTS))
      : recipe_codes[to_index(bits.y, RECIPES)] + OVERCOOKED_V2_DISH;
}

#ifdef RANDOM_CELLS
const uvec4 rooms[] = uvec4[](ROOMS);  // of every cook
uvec4 taken;
#endif

// The cook `number` of the start state, with what is drawn for it.
uint drawn_cook(uint number, uint cook) {
  uvec4 bits = draw(OVERCOOKED_V2_DRAW_COOKS + number);
  uint cell = CELL_OF(cook);
  uint direction = DIRECTION_OF(cook);
  uint held = HELD_OF(cook);
#ifdef RANDOM_CELLS
  uvec4 free = rooms[number] & ~taken;
  cell = nth_cell(free, to_index(bits.x, plane_count(free)));
  taken |= cell_plane(cell);
#endif
#ifdef RANDOM_DIRECTIONS
  direction = bits.y >> 30;
#endif
#ifdef RANDOM_RESET
  held = drawn_item(bits.zw, 0.6, 0.85);
#endif
  return COOK(cell, direction, held);
}

#ifdef RANDOM_RESET
// Empty, filling, cooking or ready; ingredients are drawn one by one.
uint drawn_pot(uint number) {
  uvec4 bits = draw(OVERCOOKED_V2_DRAW_POTS + number);
  float state = to_unit_float(bits.x);
  bool filling = state < 0.75;
#ifdef COOKS_BY_HAND
  uint count = 1u + to_index(bits.y, OVERCOOKED_V2_RECIPE_SIZE);
#else
  uint count = filling ? 1u + to_index(bits.y, OVERCOOKED_V2_RECIPE_SIZE) : OVERCOOKED_V2_RECIPE_SIZE;
#endif
  uint left = to_index(bits.z, INGREDIENTS * INGREDIENTS * INGREDIENTS);
  uint code = 0u;
  for (uint i = 0u; i < count; ++i) {
    code += (1u << OVERCOOKED_V2_INGREDIENT_SHIFT) << (2u * (left % INGREDIENTS));
    left /= INGREDIENTS;
  }
  uint cooking = (1u + to_index(bits.w, OVERCOOKED_V2_COOKING_STEPS)) << OVERCOOKED_V2_TIMER_SHIFT;
  return state < 0.4 ? 0u : code | (filling ? 0u : state < 0.9 ? cooking : OVERCOOKED_V2_COOKED);
}

// Every counter, reachable or not; returns how many plates lie there.
uint draw_counters() {
  uint plates = 0u;
  for (uint number = 0u; number < COUNTERS; ++number) {
    uint item = drawn_item(draw(OVERCOOKED_V2_DRAW_COUNTERS + number).xy, 0.6, 0.9);
    STATE(COUNTERS_WORD + number / CODES_PER_WORD) |= item << (CODE_BITS * (number % CODES_PER_WORD));
    plates += uint(item == OVERCOOKED_V2_PLATE);
  }
  return plates;
}
#endif

#ifdef PERMUTED
uvec2 permutation;
uint nibble(uvec2 words, uint place) {
  return ((place < OVERCOOKED_V2_PERMUTED_PER_WORD ? words.x : words.y) >> (4u * (place & 7u))) & 15u;
}
void toggle(uint place, uint bits) {
  uint shifted = bits << (4u * (place & 7u));
  permutation ^= place < OVERCOOKED_V2_PERMUTED_PER_WORD ? uvec2(shifted, 0u) : uvec2(0u, shifted);
}

// Fisher-Yates over the ingredients that change places.
void draw_permutation(uint cook) {
  permutation = uvec2(0x76543210u, 0xFEDCBA98u);
  uvec4 bits = uvec4(0u);
  for (uint left = PERMUTED - 1u; left > 0u; --left) {
    uint number = PERMUTED - 1u - left;
    if ((number & 3u) == 0u) bits = draw(OVERCOOKED_V2_DRAW_PERMUTATIONS + 3u * cook + number / 4u);
    uvec2 list = uvec2(PERMUTED_LIST);
    uint first = nibble(list, left);
    uint second = nibble(list, to_index(bits.x, left + 1u));
    uint difference = nibble(permutation, first) ^ nibble(permutation, second);
    if (first != second) {
      toggle(first, difference);
      toggle(second, difference);
    }
    bits = bits.yzwx;
  }
  STATE(PERMUTATIONS_WORD + cook * PERMUTATION_WORDS) = permutation.x;
  if (PERMUTATION_WORDS > 1u) STATE(PERMUTATIONS_WORD + cook * PERMUTATION_WORDS + 1u) = permutation.y;
}
#endif

void main() {
  environment = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (environment >= p.environments) return;
  locate_state(run, environment);
  bool first = p.force_reset != 0u;
  bool starts = first || dones[run * p.done_stride + p.transition * p.environments + environment] != 0u;
  episode = first ? 0u : STATE(OVERCOOKED_V2_EPISODE) + 1u;
  uint transitions = first ? 0u : STATE(OVERCOOKED_V2_TRANSITIONS);
  seed = seeds[run * p.seed_stride];

  for (bool resets = starts; resets; resets = false) {
    uvec4 bits = draw(OVERCOOKED_V2_DRAW_EPISODE);
    uint start = (run * p.start_stride + environment * p.start_environment_stride) / 4u
        + to_index(bits.w, START_STATES) * (STATE_WORDS / 4u);
    for (uint word = 0u; word < STATE_WORDS; word += 4u) STORE_STATE4(word, start_states[start + word / 4u]);
    STATE(OVERCOOKED_V2_EPISODE) = episode;
    STATE(OVERCOOKED_V2_TRANSITIONS) = transitions;
#ifdef KEY_WORD
    STATE(KEY_WORD) = bits.y;
    STATE(KEY_WORD + 1u) = bits.z;
#endif
    uint status = start_states[start].w;
    if (((status >> OVERCOOKED_V2_DRAWN_SHIFT) & 1u) != 0u) {
#ifdef KEEPS_START_STATES
      status &= ~(1u << OVERCOOKED_V2_DRAWN_SHIFT);
#else
      status = recipe_codes[to_index(bits.x, RECIPES)];
#ifdef RANDOM_CELLS
      taken = uvec4(0u);
#endif
      for (uint cook = 0u; cook < AGENTS; ++cook) {
        STATE(OVERCOOKED_V2_COOKS + cook) = drawn_cook(cook, STATE(OVERCOOKED_V2_COOKS + cook));
      }
#ifdef RANDOM_RESET
      for (uint pot = 0u; pot < POTS; ++pot) STATE(POTS_WORD + pot) = drawn_pot(pot);
      status |= draw_counters() << OVERCOOKED_V2_PLATES_SHIFT;
#endif
#endif
#ifdef PERMUTED
      for (uint cook = 0u; cook < AGENTS; ++cook) draw_permutation(cook);
#endif
    }
    STATE(OVERCOOKED_V2_STATUS) = status;
  }
}
