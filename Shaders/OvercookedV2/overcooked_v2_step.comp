#version 450
// One step of all cooks: moves and turns, interacts in the order of the cooks, pots and buttons, a new recipe.
//
//   reward  = 20 per delivery of the recipe - 5 per button pressed (- 20 per other delivery), the same for all
//   shaped  = weight * (3 per ingredient that the recipe wants + 5 per recipe started by hand + 5 per soup of the recipe taken
//             + 3 per useful plate), for the cook that did it
//   weight  = SHAPING_WEIGHT * max(0, 1 - env steps of the run so far / SHAPING_HORIZON)
//   done    = step >= MAX_STEPS
//
// An unknown action of anyone changes nothing but the environment's error word. One invocation per (run, environment).
// The fixed part of the state goes through registers; of the counters only those that are touched are read and written.
#include "Common/environment.h"
#include "Common/buffers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "OvercookedV2/overcooked_v2_state.glsl"
#include "OvercookedV2/overcooked_v2_terrain.glsl"
#include "Common/shaping.glsl"
INPUT(0, uint, actions);           // (R, T, N, A)
OUTPUT(1, float, rewards);         // (R, T, N, A)
OUTPUT(2, float, shaped_rewards);  // (R, T, N, A)
OUTPUT(3, uint, dones);            // (R, T, N)
IN_OUT(4, uint, errors);           // (R, N)
STATES_IN_OUT(5);                  // (R, N, S)
#ifdef SAMPLES_RECIPES
#include "Common/random.glsl"
#include "OvercookedV2/overcooked_v2_recipes.glsl"
#endif

#define DELIVERY_REWARD 20.0
#define BUTTON_REWARD -5.0
#define INGREDIENT_SHAPED 3.0
#define COOKING_SHAPED 5.0
#define SOUP_SHAPED 5.0
#define PLATE_SHAPED 3.0

#define READ_POT(I) pot = cell == pot_cells[I] ? POT_WORD(I) : pot;
uint pot_at(uint cell) {
  uint pot = 0u;
  REPEAT(POTS, READ_POT)
  return pot;
}

#define SET_POT(I) POT_WORD(I) = cell == pot_cells[I] ? pot : POT_WORD(I);
void set_pot(uint cell, uint pot) {
  REPEAT(POTS, SET_POT)
}

#define SET_BUTTON(I)                                                                       \
  state_words[OVERCOOKED_V2_BUTTONS] = cell == button_cells[I]                              \
      ? (state_words[OVERCOOKED_V2_BUTTONS] & ~(15u << (4u * I))) | (OVERCOOKED_V2_BUTTON_STEPS << (4u * I)) \
      : state_words[OVERCOOKED_V2_BUTTONS];
void press_button(uint cell) {
  REPEAT(BUTTONS, SET_BUTTON)
}

// The sum of all 2-bit fields behind plate and cooked.
uint ingredient_count(uint code) {
  uint pairs = code >> OVERCOOKED_V2_INGREDIENT_SHIFT;
  uint fours = (pairs & 0x33333333u) + ((pairs >> 2) & 0x33333333u);
  uint eights = (fours & 0x0F0F0F0Fu) + ((fours >> 4) & 0x0F0F0F0Fu);
  return (eights * 0x01010101u) >> 24;
}

#define COUNT_POT(I) used_pots += uint((POT_WORD(I) & OVERCOOKED_V2_CODE_MASK) != 0u);
uint used_pot_count() {
  uint used_pots = 0u;
  REPEAT(POTS, COUNT_POT)
  return used_pots;
}

float reward;
bool delivered;
uint recipe;           // of the whole step
uint plates_in_hands;  // before the first interact
uint plates_lying;     // on counters, now

// What a cook that `acts` does to the cell it faces; changes what it holds, returns its shaped reward.
float interact(bool acts, uint cook, inout uint held) {
  uint cell = neighbour(CELL_OF(cook), DIRECTION_OF(cook));
  uint kind = acts ? kind_of(cell) : OVERCOOKED_V2_FLOOR;
  bool empty = held == 0u;
  bool is_plate = held == OVERCOOKED_V2_PLATE;
  bool is_raw = (held & OVERCOOKED_V2_PLATE) == 0u && !empty;
  bool is_dish = (held & OVERCOOKED_V2_DISH) == OVERCOOKED_V2_DISH;
  bool at_pot = kind == OVERCOOKED_V2_POT;

  // Pots: cooking (a timer), ready (cooked) or idle.
  uint pot = pot_at(cell);
  uint code = pot & OVERCOOKED_V2_CODE_MASK;
  uint timer = pot >> OVERCOOKED_V2_TIMER_SHIFT;
  bool ready = at_pot && timer == 0u && (code & OVERCOOKED_V2_COOKED) != 0u;
  bool idle = at_pot && timer == 0u && !ready;
  bool fills = idle && is_raw && ingredient_count(code) < OVERCOOKED_V2_RECIPE_SIZE;
  bool serves = ready && is_plate;
  uint new_code = fills ? code + held : serves ? 0u : code;
#ifdef COOKS_BY_HAND
  bool starts = idle && empty && code != 0u;
#else
  bool starts = idle && ingredient_count(new_code) == OVERCOOKED_V2_RECIPE_SIZE;
#endif
  bool useful = plates_in_hands < used_pot_count() && plates_lying == 0u;
  uint pot_timer = starts ? OVERCOOKED_V2_COOKING_STEPS : timer;
  if (at_pot) set_pot(cell, new_code | (pot_timer << OVERCOOKED_V2_TIMER_SHIFT));

  bool takes_plate = kind == OVERCOOKED_V2_PLATE_PILE && empty;
  bool takes_ingredient = kind >= OVERCOOKED_V2_PILE && empty;
  bool presses = kind == OVERCOOKED_V2_BUTTON && empty;
  bool delivers = kind == OVERCOOKED_V2_GOAL && is_dish;
  bool right = delivers && held == recipe + OVERCOOKED_V2_DISH;
  if (presses) press_button(cell);
  delivered = delivered || right;
  reward += presses ? BUTTON_REWARD : right ? DELIVERY_REWARD : delivers ? WRONG_DELIVERY_REWARD : 0.0;

  uint field = 3u * held;
  float shaped = fills && (code & field) < (recipe & field) ? INGREDIENT_SHAPED : 0.0;
#ifdef COOKS_BY_HAND
  shaped += starts && code == recipe ? COOKING_SHAPED : 0.0;
#endif
  shaped += serves && code == recipe + OVERCOOKED_V2_COOKED ? SOUP_SHAPED : 0.0;
  shaped += takes_plate && useful ? PLATE_SHAPED : 0.0;

  uint taken = takes_plate ? OVERCOOKED_V2_PLATE
      : takes_ingredient ? (1u << OVERCOOKED_V2_INGREDIENT_SHIFT) << (2u * (kind - OVERCOOKED_V2_PILE)) : held;
  if (kind == OVERCOOKED_V2_COUNTER) {
    uint number = counter_number(cell);
    uint place = COUNTERS_WORD + number / CODES_PER_WORD;
    uint shift = CODE_BITS * (number % CODES_PER_WORD);
    uint word = STATE(place);
    uint item = (word >> shift) & CODE_MASK;
    // Hands and counter change what they hold, if one of them holds nothing.
    if ((item == 0u) != empty) {
      STATE(place) = (word & ~(CODE_MASK << shift)) | (held << shift);
      plates_lying += uint(is_plate) - uint(item == OVERCOOKED_V2_PLATE);
      taken = item;
    }
  }
  held = serves ? code + OVERCOOKED_V2_PLATE : fills || delivers ? 0u : taken;
  return shaped;
}

// Up, down, right, left for the actions right, down, left, up.
uint direction_of_action(uint action) {
  return action == OVERCOOKED_V2_RIGHT ? OVERCOOKED_V2_DIRECTION_RIGHT
      : action == OVERCOOKED_V2_DOWN ? OVERCOOKED_V2_DIRECTION_DOWN
      : action == OVERCOOKED_V2_LEFT ? OVERCOOKED_V2_DIRECTION_LEFT : OVERCOOKED_V2_DIRECTION_UP;
}

uint chosen[AGENTS];
uvec4 old_cells = uvec4(256u, 257u, 258u, 259u);  // who is not there is in nobody's way
uvec4 new_cells = uvec4(256u, 257u, 258u, 259u);

#define READ_ACTION(I)                                       \
  chosen[I] = actions[run * p.action_stride + first_row + I]; \
  known = known && chosen[I] < OVERCOOKED_V2_ACTIONS;

// Turns, and takes the next cell if that is floor.
#define AIM(I)                                                                                   \
  {                                                                                              \
    uint cook = COOK_WORD(I);                                                                    \
    bool moves = chosen[I] < OVERCOOKED_V2_STAY;                                                 \
    uint direction = moves ? direction_of_action(chosen[I]) : DIRECTION_OF(cook);                \
    uint next = neighbour(CELL_OF(cook), direction);                                             \
    old_cells[I] = CELL_OF(cook);                                                                \
    new_cells[I] = moves && kind_of(next) == OVERCOOKED_V2_FLOOR ? next : CELL_OF(cook);         \
    COOK_WORD(I) = COOK(CELL_OF(cook), direction, HELD_OF(cook));                                \
    plates_in_hands += uint(HELD_OF(cook) == OVERCOOKED_V2_PLATE);                               \
  }

// All who would share a cell stay; that may put them into another's way, so as often as there are cooks.
#define RESOLVE(I)                                                                                          \
  {                                                                                                         \
    bvec4 first = equal(new_cells, new_cells.yzwx);                                                         \
    bvec4 second = equal(new_cells, new_cells.zwxy);                                                        \
    bvec4 third = equal(new_cells, new_cells.wxyz);                                                         \
    new_cells = mix(mix(mix(new_cells, old_cells, first), old_cells, second), old_cells, third);            \
  }

// Then those stay who would change places.
#define SWAPPED(ORDER) mix(uvec4(0u), mix(uvec4(0u), uvec4(1u), equal(wanted, old_cells.ORDER)), equal(wanted.ORDER, old_cells))
void keep_swaps_apart() {
  uvec4 wanted = new_cells;
  uvec4 swapped = SWAPPED(yzwx) | SWAPPED(zwxy) | SWAPPED(wxyz);
  new_cells = mix(new_cells, old_cells, notEqual(swapped, uvec4(0u)));
}

#define ACT(I)                                                                           \
  {                                                                                      \
    uint cook = COOK_WORD(I);                                                            \
    uint held = HELD_OF(cook);                                                           \
    shaped[I] = interact(chosen[I] == OVERCOOKED_V2_INTERACT, cook, held);               \
    COOK_WORD(I) = COOK(new_cells[I], DIRECTION_OF(cook), held);                         \
  }

#define COOK_POT(I)                                                                      \
  {                                                                                      \
    uint timer = POT_WORD(I) >> OVERCOOKED_V2_TIMER_SHIFT;                               \
    POT_WORD(I) -= timer > 0u ? 1u << OVERCOOKED_V2_TIMER_SHIFT : 0u;                    \
    POT_WORD(I) |= timer == 1u ? OVERCOOKED_V2_COOKED : 0u;                              \
  }

#define WRITE_REWARDS(I)                                                                 \
  rewards[run * p.reward_stride + first_row + I] = reward;                               \
  shaped_rewards[run * p.shaped_stride + shaped_row + I] = weight * shaped[I];

#define LOAD_WORDS(FOUR) LOAD_STATE_WORDS(LOAD_STATE4, FOUR)
#define STORE_WORDS(FOUR)                                                                                      \
  STORE_STATE4(4u * FOUR, uvec4(state_words[4u * FOUR], state_words[4u * FOUR + 1u], state_words[4u * FOUR + 2u], \
                                state_words[4u * FOUR + 3u]));

#ifdef SAMPLES_RECIPES
#ifdef SUPPLY_WORDS
// The next recipe of the supply, a number from 1 on in each byte.
#define SHIFT_SUPPLY(I)                                                                  \
  state_words[SUPPLY_WORD + I] = (state_words[SUPPLY_WORD + I] >> 8)                     \
      | (I + 1u < SUPPLY_WORDS ? state_words[SUPPLY_WORD + min(I + 1u, SUPPLY_WORDS - 1u)] << 24 : 0u);
uint next_recipe(uint environment, uint step) {
  uint number = state_words[SUPPLY_WORD] & 255u;
  REPEAT(SUPPLY_WORDS, SHIFT_SUPPLY)
  return clamp(number, 1u, RECIPES) - 1u;
}
#else
uint next_recipe(uint environment, uint step) {
  uvec2 key = uvec2(state_words[KEY_WORD], state_words[KEY_WORD + 1u]);
  return to_index(random_words(key, PURPOSE_DEAL, environment, step, 0u).x, RECIPES);
}
#endif
#endif

void main() {
  uint environment = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (environment >= p.environments) return;
  locate_state(run, environment);
  REPEAT(FIXED_FOURS, LOAD_WORDS)
  uint row = p.transition * p.environments + environment;
  uint first_row = row * AGENTS;
  uint shaped_row = (p.transition * p.environments + environment) * AGENTS;
  uint status = state_words[OVERCOOKED_V2_STATUS];
  bool ended = ((status >> OVERCOOKED_V2_ENDED_SHIFT) & 1u) != 0u;
  float shaped[AGENTS];
  float weight = 0.0;
  reward = 0.0;
  bool known = true;
  REPEAT(AGENTS, READ_ACTION)

  if (ended || !known) {
    uint place = run * p.error_stride + environment;
    if (errors[place] == 0u) errors[place] = ended ? ERROR_EPISODE_ENDED : ERROR_ILLEGAL_ACTION;
    for (uint i = 0u; i < AGENTS; ++i) {
      rewards[run * p.reward_stride + first_row + i] = 0.0;
      shaped_rewards[run * p.shaped_stride + shaped_row + i] = 0.0;
    }
    dones[run * p.done_stride + row] = uint(ended);
    return;
  }

  plates_in_hands = 0u;
  REPEAT(AGENTS, AIM)
  REPEAT(AGENTS, RESOLVE)
  keep_swaps_apart();

  recipe = status & OVERCOOKED_V2_CODE_MASK;
  plates_lying = status >> OVERCOOKED_V2_PLATES_SHIFT;
  delivered = false;
  REPEAT(AGENTS, ACT)

  REPEAT(POTS, COOK_POT)
  uint buttons = state_words[OVERCOOKED_V2_BUTTONS];
  state_words[OVERCOOKED_V2_BUTTONS] =
      buttons - ((buttons | (buttons >> 1) | (buttons >> 2) | (buttons >> 3)) & 0x11111111u);

  weight = shaping_weight(state_words[OVERCOOKED_V2_TRANSITIONS]);
  uint step = state_words[OVERCOOKED_V2_STEP] + 1u;
  bool done = step >= MAX_STEPS;
#ifdef SAMPLES_RECIPES
  // A loop, since few kitchens draw in a step.
  for (bool draws = delivered; draws; draws = false) recipe = recipe_codes[next_recipe(environment, step)];
#endif
  state_words[OVERCOOKED_V2_STATUS] = recipe | (uint(delivered) << OVERCOOKED_V2_DELIVERED_SHIFT)
      | (uint(done) << OVERCOOKED_V2_ENDED_SHIFT) | (plates_lying << OVERCOOKED_V2_PLATES_SHIFT);
  state_words[OVERCOOKED_V2_STEP] = step;
  state_words[OVERCOOKED_V2_TRANSITIONS] += 1u;
  REPEAT(FIXED_FOURS, STORE_WORDS)
  REPEAT(AGENTS, WRITE_REWARDS)
  dones[run * p.done_stride + row] = uint(done);
}
