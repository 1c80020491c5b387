#version 450
// The feature vector of one cook, packed: three words per cook, the observer first (overcooked_v2_layout.h), and its actions,
// which are always all legal.
//
// Nearest is what the fewest actions let a cook face, other cooks aside. Sets of cells are planes of bits: in each round all
// cells and directions that one action more reaches, until there is nothing new.
// One invocation per (run, environment, seat).
#include "Common/environment.h"
#include "Common/buffers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "OvercookedV2/overcooked_v2_state.glsl"
#include "OvercookedV2/overcooked_v2_terrain.glsl"
STATES_IN(0);                   // (R, N, S)
OUTPUT(1, uint, observations);  // (R, T, N, A, W)
OUTPUT(2, uint, legal_masks);   // (R, T, N, A, M)

#define ONE_INGREDIENT (1u << OVERCOOKED_V2_INGREDIENT_SHIFT)
#define FULL_DISH (OVERCOOKED_V2_RECIPE_SIZE * ONE_INGREDIENT + OVERCOOKED_V2_DISH)

const uvec4 floor_plane = uvec4(FLOOR_PLANE);
const uvec4 pot_plane = uvec4(POT_PLANE);

// Where ingredients, plates, dishes, goals and free counters are.
struct Stock { uvec4 ingredients; uvec4 plates; uvec4 dishes; uvec4 goals; uvec4 counters; };
Stock stock;

void take_stock() {
  stock = Stock(uvec4(PILE_PLANE), uvec4(PLATE_PILE_PLANE), uvec4(0u), uvec4(GOAL_PLANE), uvec4(0u));
  uvec4 left = counter_plane;
  for (uint word = 0u; word < COUNTER_WORDS; word += 4u) {
    uvec4 four = READ_STATE4(COUNTERS_WORD + word);
    for (uint i = 0u; i < 4u * CODES_PER_WORD && left != uvec4(0u); ++i) {
      uvec4 cell = cell_plane(nth_cell(left, 0u));
      left &= ~cell;
      uint code = four.x & CODE_MASK;
      four.x >>= CODE_BITS;
      if (i % CODES_PER_WORD == CODES_PER_WORD - 1u) four = four.yzwx;
      stock.ingredients |= code == ONE_INGREDIENT ? cell : uvec4(0u);
      stock.plates |= code == OVERCOOKED_V2_PLATE ? cell : uvec4(0u);
      stock.dishes |= code == FULL_DISH ? cell : uvec4(0u);
      stock.counters |= code == 0u ? cell : uvec4(0u);
    }
  }
}

// All cells of a plane one step further; borders are no floor, so that nothing leaves the kitchen.
uvec4 later(uvec4 plane, uint cells) {
  uvec4 words = cells < 32u ? plane : uvec4(0u, plane.xyz);
  uint bits = cells & 31u;
  return bits == 0u ? words : (words << bits) | (uvec4(0u, words.xyz) >> (32u - bits));
}
uvec4 earlier(uvec4 plane, uint cells) {
  uvec4 words = cells < 32u ? plane : uvec4(plane.yzw, 0u);
  uint bits = cells & 31u;
  return bits == 0u ? words : (words >> bits) | (uvec4(words.yzw, 0u) << (32u - bits));
}

struct Reached { uvec4 up; uvec4 down; uvec4 right; uvec4 left; };  // cells by the direction that a cook looks in

// One action more: into the next cell where that is floor, a turn where it is not.
Reached after_one_action(Reached reached) {
  uvec4 any = reached.up | reached.down | reached.right | reached.left;
  return Reached(
      reached.up | (earlier(any, WIDTH) & floor_plane) | (any & ~later(floor_plane, WIDTH)),
      reached.down | (later(any, WIDTH) & floor_plane) | (any & ~earlier(floor_plane, WIDTH)),
      reached.right | (later(any, 1u) & floor_plane) | (any & ~earlier(floor_plane, 1u)),
      reached.left | (earlier(any, 1u) & floor_plane) | (any & ~later(floor_plane, 1u)));
}

uvec4 faced_by(Reached reached) {
  uvec4 faced = earlier(reached.up, WIDTH) | later(reached.down, WIDTH) | later(reached.right, 1u) | earlier(reached.left, 1u);
  return faced & ~floor_plane;
}

// `target` once it is another cell than `own`; the first of `found` before.
uint first_of(uvec4 found, uint target, uint own) {
  return target != own || found == uvec4(0u) ? target : nth_cell(found, 0u);
}

#define READ_POT(I) pot = cell == pot_cells[I] ? POT_WORD(I) : pot;
uint pot_bits(uint cell, uint own) {
  uint pot = 0u;
  REPEAT(POTS, READ_POT)
  uint code = pot & OVERCOOKED_V2_CODE_MASK;
  uint count = (code >> OVERCOOKED_V2_INGREDIENT_SHIFT) & 3u;
  uint cooked = (code / OVERCOOKED_V2_COOKED) & 1u;
  return cell == own ? 0u : 1u | (count << 1) | (cooked << 3) | ((pot >> OVERCOOKED_V2_TIMER_SHIFT) << 4);
}

// The three words of a cook.
uvec3 cook_words(uint cook) {
  uint own = CELL_OF(cook);
  uint direction = DIRECTION_OF(cook);
  uint held = HELD_OF(cook);
  uvec4 start = cell_plane(own);
  uvec4 none = uvec4(0u);
  Reached reached = Reached(
      direction == OVERCOOKED_V2_DIRECTION_UP ? start : none, direction == OVERCOOKED_V2_DIRECTION_DOWN ? start : none,
      direction == OVERCOOKED_V2_DIRECTION_RIGHT ? start : none, direction == OVERCOOKED_V2_DIRECTION_LEFT ? start : none);
  uint ingredient = own;
  uint plate = own;
  uint dish = own;
  uint goal = own;
  uint counter = own;
  uint pot = own;
  uint second_pot = own;
  for (bool grows = true; grows;) {
    uvec4 faced = faced_by(reached);
    ingredient = first_of(faced & stock.ingredients, ingredient, own);
    plate = first_of(faced & stock.plates, plate, own);
    dish = first_of(faced & stock.dishes, dish, own);
    goal = first_of(faced & stock.goals, goal, own);
    counter = first_of(faced & stock.counters, counter, own);
    pot = first_of(faced & pot_plane, pot, own);
    second_pot = first_of(faced & pot_plane & ~cell_plane(pot), second_pot, own);
    Reached before = reached;
    reached = after_one_action(before);
    grows = reached != before;
  }
  if (held == ONE_INGREDIENT) ingredient = own;
  if (held == OVERCOOKED_V2_PLATE) plate = own;
  if (held == FULL_DISH) dish = own;

  uint held_class = held == ONE_INGREDIENT ? 1u : held == FULL_DISH ? 2u : held == OVERCOOKED_V2_PLATE ? 3u : 0u;
  uint dish_there = uint(held == FULL_DISH || stock.dishes != none);
  uint features = direction | (held_class << OVERCOOKED_V2_HELD_CLASS_SHIFT) | (dish_there << OVERCOOKED_V2_DISH_SHIFT)
      | (pot_bits(pot, own) << OVERCOOKED_V2_POT_FEATURES_SHIFT)
      | (pot_bits(second_pot, own) << (OVERCOOKED_V2_POT_FEATURES_SHIFT + OVERCOOKED_V2_POT_BITS));
  return uvec3(own | (ingredient << 8) | (plate << 16) | (dish << 24),
               goal | (counter << 8) | (pot << 16) | (second_pot << 24), features);
}

#define LOAD_WORDS(FOUR) LOAD_STATE_WORDS(READ_STATE4, FOUR)
#define CHOOSE_COOK(I) cook = number == I ? COOK_WORD(I) : cook;

void main() {
  uint agent_row = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (agent_row >= p.environments * AGENTS) return;
  uint observer = agent_row % AGENTS;
  locate_state(run, agent_row / AGENTS);
  REPEAT(FIXED_FOURS, LOAD_WORDS)
  take_stock();

  uint row = p.transition * p.environments * AGENTS + agent_row;
  uint target = run * p.observation_stride + row * OBSERVATION_WORDS;
  for (uint place = 0u; place < AGENTS; ++place) {
    uint number = place == 0u ? observer : place - uint(place <= observer);
    uint cook = 0u;
    REPEAT(AGENTS, CHOOSE_COOK)
    uvec3 words = cook_words(cook);
    uint word = target + OVERCOOKED_V2_ROW_COOK_WORDS * place;
    observations[word] = words.x;
    observations[word + 1u] = words.y;
    observations[word + 2u] = words.z;
  }
  for (uint word = OVERCOOKED_V2_ROW_COOK_WORDS * AGENTS; word < OBSERVATION_WORDS; ++word) {
    observations[target + word] = 0u;
  }
  legal_masks[run * p.mask_stride + row] = (1u << OVERCOOKED_V2_ACTIONS) - 1u;
}
