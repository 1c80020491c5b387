#version 450
// One step of both cooks: moves, turns, interacts of cook 0 and then of cook 1, pots.
//
//   reward  = 20 per delivery of either cook, the same for both
//   shaped  = weight * (3 per onion put into a pot + 5 per soup taken + 3 per useful plate), for the cook that did it
//   weight  = SHAPING_WEIGHT * max(0, 1 - env steps of the run so far / SHAPING_HORIZON)
//   done    = step >= MAX_STEPS
//
// An unknown action of either changes nothing but the environment's error word. One invocation per (run, environment).
#include "Common/environment.h"
#include "Common/buffers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "Overcooked/overcooked_state.glsl"
#include "Overcooked/overcooked_terrain.glsl"
#include "Common/shaping.glsl"
INPUT(0, uvec2, actions);          // (R, T, N, A)
OUTPUT(1, vec2, rewards);          // (R, T, N, A)
OUTPUT(2, vec2, shaped_rewards);   // (R, T, N, A)
OUTPUT(3, uint, dones);            // (R, T, N)
IN_OUT(4, uint, errors);           // (R, N)
STATES_IN_OUT(5);                  // (R, N, S)

#define DELIVERY_REWARD 20.0
#define ONION_SHAPED 3.0
#define SOUP_SHAPED 5.0

// The neighbour in a direction; kitchens are enclosed, so that a cook's neighbours are all inside.
uint neighbour(uint cell, uint direction) {
  return direction == OVERCOOKED_UP ? cell - WIDTH
      : direction == OVERCOOKED_DOWN ? cell + WIDTH
      : direction == OVERCOOKED_RIGHT ? cell + 1u : cell - 1u;
}

// Where an action leads, the other cook aside.
uint target_of(uint cell, uint action) {
  uint next = neighbour(cell, action);
  return action < OVERCOOKED_STAY && kind_of(next) == OVERCOOKED_FLOOR ? next : cell;
}

#define READ_ITEM(I) item = (cell >> 4) == I ? (ITEM_WORD(I) >> (2u * (cell & 15u))) & 3u : item;
uint item_at(uint cell) {
  uint item = 0u;
  REPEAT(ITEM_WORDS, READ_ITEM)
  return item;
}

#define PUT_ITEM(I)                                                                             \
  ITEM_WORD(I) = (cell >> 4) == I                                                               \
      ? (ITEM_WORD(I) & ~(3u << (2u * (cell & 15u)))) | (item << (2u * (cell & 15u))) : ITEM_WORD(I);
void put_item(uint cell, uint item) {
  REPEAT(ITEM_WORDS, PUT_ITEM)
}

#define READ_POT(I) status = cell == pot_cells[I] ? POT_STATUS(I) : status;
uint pot_at(uint cell) {
  uint status = OVERCOOKED_POT_EMPTY;
  REPEAT(POTS, READ_POT)
  return status;
}

#define SET_POT(I)                                                                                   \
  POT_WORD(I / 4u) = cell == pot_cells[I]                                                            \
      ? (POT_WORD(I / 4u) & ~(255u << (8u * (I & 3u)))) | (status << (8u * (I & 3u))) : POT_WORD(I / 4u);
void set_pot(uint cell, uint status) {
  REPEAT(POTS, SET_POT)
}

// A plate is useful while fewer plates are in hands than pots have something in them, and none lies on a counter.
#define COUNT_POT(I) used_pots += uint(POT_STATUS(I) != OVERCOOKED_POT_EMPTY);
#define FIND_PLATE(I) plates |= (ITEM_WORD(I) >> 1) & ~ITEM_WORD(I) & 0x55555555u;
bool plate_is_useful(uint plates_in_hands) {
  uint used_pots = 0u;
  uint plates = 0u;
  REPEAT(POTS, COUNT_POT)
  REPEAT(ITEM_WORDS, FIND_PLATE)
  return plates_in_hands < used_pots && plates == 0u;
}

float delivered;

// What a cook that `acts` does to the cell it faces; changes what it holds, returns its shaped reward.
float interact(bool acts, uint cook, inout uint held, uint other_held) {
  uint faced = neighbour(CELL_OF(cook), DIRECTION_OF(cook));
  uint kind = acts ? kind_of(faced) : OVERCOOKED_FLOOR;
  uint item = item_at(faced);
  uint status = pot_at(faced);
  bool empty = held == OVERCOOKED_NOTHING;
  bool at_counter = kind == OVERCOOKED_COUNTER;
  bool at_pot = kind == OVERCOOKED_POT;

  bool takes_onion = kind == OVERCOOKED_ONION_PILE && empty;
  bool takes_plate = kind == OVERCOOKED_PLATE_PILE && empty;
  bool puts_down = at_counter && !empty && item == OVERCOOKED_NOTHING;
  bool picks_up = at_counter && empty && item != OVERCOOKED_NOTHING;
  bool fills = at_pot && held == OVERCOOKED_ONION && status > OVERCOOKED_POT_FULL;
  bool takes_soup = at_pot && held == OVERCOOKED_PLATE && status == 0u;
  bool delivers = kind == OVERCOOKED_GOAL && held == OVERCOOKED_DISH;
  bool useful = plate_is_useful(uint(held == OVERCOOKED_PLATE) + uint(other_held == OVERCOOKED_PLATE));

  put_item(faced, puts_down ? held : picks_up ? OVERCOOKED_NOTHING : item);
  set_pot(faced, fills ? status - 1u : takes_soup ? OVERCOOKED_POT_EMPTY : status);
  held = takes_onion ? OVERCOOKED_ONION : takes_plate ? OVERCOOKED_PLATE : takes_soup ? OVERCOOKED_DISH
      : picks_up ? item : puts_down || fills || delivers ? OVERCOOKED_NOTHING : held;
  delivered += delivers ? 1.0 : 0.0;
  return (fills ? ONION_SHAPED : 0.0) + (takes_soup ? SOUP_SHAPED : 0.0) + (takes_plate && useful ? PLATE_SHAPED : 0.0);
}

// Bytes from 1 to 20 go down by one, four pots at a time.
#define COOK_POTS(I)                                                                                     \
  POT_WORD(I) -= (((POT_WORD(I) + 0x7F7F7F7Fu) & ~(POT_WORD(I) + 0x6B6B6B6Bu)) & 0x80808080u) >> 7;

#define LOAD_WORDS(FOUR) LOAD_STATE_WORDS(LOAD_STATE4, FOUR)
#define STORE_WORDS(FOUR)                                                                                      \
  STORE_STATE4(4u * FOUR, uvec4(state_words[4u * FOUR], state_words[4u * FOUR + 1u], state_words[4u * FOUR + 2u], \
                                state_words[4u * FOUR + 3u]));

void main() {
  uint environment = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (environment >= p.environments) return;
  locate_state(run, environment);
  REPEAT(STATE_FOURS, LOAD_WORDS)
  uint row = p.transition * p.environments + environment;
  uint reward_row = run * p.reward_stride / 2u + row;
  uint shaped_row = run * p.shaped_stride / 2u + p.transition * p.environments + environment;
  uvec2 chosen = actions[run * p.action_stride / 2u + row];
  uint status = state_words[OVERCOOKED_STATUS];
  bool ended = ((status >> OVERCOOKED_ENDED_SHIFT) & 1u) != 0u;

  if (ended || max(chosen.x, chosen.y) >= OVERCOOKED_ACTIONS) {
    uint place = run * p.error_stride + environment;
    if (errors[place] == 0u) errors[place] = ended ? ERROR_EPISODE_ENDED : ERROR_ILLEGAL_ACTION;
    rewards[reward_row] = vec2(0.0);
    shaped_rewards[shaped_row] = vec2(0.0);
    dones[run * p.done_stride + row] = uint(ended);
    return;
  }

  // Moves: two cooks cannot want the same cell or change places; a collision leaves both where they are.
  uint cook0 = status;
  uint cook1 = status >> OVERCOOKED_COOK_BITS;
  uint target0 = target_of(CELL_OF(cook0), chosen.x);
  uint target1 = target_of(CELL_OF(cook1), chosen.y);
  bool swap = target0 == CELL_OF(cook1) && target1 == CELL_OF(cook0);
  bool blocked = target0 == target1 || swap;
  uint cell0 = blocked ? CELL_OF(cook0) : target0;
  uint cell1 = blocked ? CELL_OF(cook1) : target1;
  uint direction0 = chosen.x < OVERCOOKED_STAY ? chosen.x : DIRECTION_OF(cook0);
  uint direction1 = chosen.y < OVERCOOKED_STAY ? chosen.y : DIRECTION_OF(cook1);

  // Interacts, from where the cooks stood.
  uint held0 = HELD_OF(cook0);
  uint held1 = HELD_OF(cook1);
  delivered = 0.0;
  float shaped0 = interact(chosen.x == OVERCOOKED_INTERACT, cook0, held0, held1);
  float shaped1 = interact(chosen.y == OVERCOOKED_INTERACT, cook1, held1, held0);

  REPEAT(POT_WORDS, COOK_POTS)

  float weight = shaping_weight(state_words[OVERCOOKED_TRANSITIONS]);
  uint step = state_words[OVERCOOKED_STEP] + 1u;
  bool done = step >= MAX_STEPS;
  state_words[OVERCOOKED_STATUS] = COOK(cell0, direction0, held0)
      | (COOK(cell1, direction1, held1) << OVERCOOKED_COOK_BITS) | (uint(done) << OVERCOOKED_ENDED_SHIFT);
  state_words[OVERCOOKED_STEP] = step;
  state_words[OVERCOOKED_TRANSITIONS] += 1u;
  REPEAT(STATE_FOURS, STORE_WORDS)
  rewards[reward_row] = vec2(DELIVERY_REWARD * delivered);
  shaped_rewards[shaped_row] = weight * vec2(shaped0, shaped1);
  dones[run * p.done_stride + row] = uint(done);
}
