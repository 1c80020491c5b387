// The packed state of one kitchen: what shaders and Swift both know about it.
//
// Cells are numbered row by row, y * width + x. After the fixed part come the pots, one byte each in the order of their
// cells, then what lies on the counters, two bits per cell (an item, below). A start state has the same form.
#ifndef CROSSPLAY_OVERCOOKED_LAYOUT_H
#define CROSSPLAY_OVERCOOKED_LAYOUT_H

#define OVERCOOKED_STATUS 0u       // the two cooks and two flags
#define OVERCOOKED_STEP 1u         // steps of this episode
#define OVERCOOKED_EPISODE 2u      // episodes finished by this environment
#define OVERCOOKED_TRANSITIONS 3u  // steps of all episodes: what the shaped reward is annealed by
#define OVERCOOKED_POTS 4u

// OVERCOOKED_STATUS: a cook is OVERCOOKED_COOK_BITS bits, cook 0 first.
#define OVERCOOKED_COOK_BITS 12u
#define OVERCOOKED_CELL_MASK 255u      // bits 0-7: cell
#define OVERCOOKED_DIRECTION_SHIFT 8u  // 2 bits: north, south, east, west
#define OVERCOOKED_HELD_SHIFT 10u      // 2 bits: an item
#define OVERCOOKED_ENDED_SHIFT 24u     // 1 bit: the episode is over
#define OVERCOOKED_DRAWN_SHIFT 25u     // 1 bit, in start states: reset draws what the parameters leave to chance

// Items, in hands and on counters.
#define OVERCOOKED_NOTHING 0u
#define OVERCOOKED_ONION 1u
#define OVERCOOKED_PLATE 2u
#define OVERCOOKED_DISH 3u  // soup on a plate

// Pots: 23 empty, 22 and 21 with onions, 20 full, then steps left to cook, 0 ready.
#define OVERCOOKED_POT_EMPTY 23u
#define OVERCOOKED_POT_FULL 20u

// Kinds of cells.
#define OVERCOOKED_FLOOR 0u
#define OVERCOOKED_COUNTER 1u
#define OVERCOOKED_ONION_PILE 2u
#define OVERCOOKED_PLATE_PILE 3u
#define OVERCOOKED_POT 4u
#define OVERCOOKED_GOAL 5u

// Actions; the first four are also the directions.
#define OVERCOOKED_UP 0u
#define OVERCOOKED_DOWN 1u
#define OVERCOOKED_RIGHT 2u
#define OVERCOOKED_LEFT 3u
#define OVERCOOKED_STAY 4u
#define OVERCOOKED_INTERACT 5u
#define OVERCOOKED_ACTIONS 6u

// Channels of the observation that depend on more than one kind of thing.
#define OVERCOOKED_CHANNELS 26u
#define OVERCOOKED_POT_CHANNEL 10u
#define OVERCOOKED_COUNTER_CHANNEL 11u
#define OVERCOOKED_ONION_PILE_CHANNEL 12u
#define OVERCOOKED_PLATE_PILE_CHANNEL 14u
#define OVERCOOKED_GOAL_CHANNEL 15u
#define OVERCOOKED_FILLING_CHANNEL 16u  // onions in a pot that does not cook yet
#define OVERCOOKED_SOUP_CHANNEL 18u     // 3 onions at a pot that cooks or is ready, and in a dish
#define OVERCOOKED_COOKING_CHANNEL 20u  // steps left
#define OVERCOOKED_READY_CHANNEL 21u    // a ready pot, or a dish
#define OVERCOOKED_PLATE_CHANNEL 22u
#define OVERCOOKED_ONION_CHANNEL 23u
#define OVERCOOKED_URGENCY_CHANNEL 25u
#define OVERCOOKED_URGENT_STEPS 40u     // urgency: fewer steps than this are left

// A packed observation: channels of the observer and of the other cook, as bits; then OVERCOOKED_ROW_PLACES; then one
// word per pot (channels as bits, and above bit OVERCOOKED_ROW_VALUE_SHIFT the value of the filling or cooking channel);
// then the counters as in the state.
#define OVERCOOKED_ROW_OWN 0u
#define OVERCOOKED_ROW_OTHER 1u
#define OVERCOOKED_ROW_PLACES 2u  // cell of the observer, of the other (8 bits each), urgency (bit 16)
#define OVERCOOKED_ROW_URGENT_SHIFT 16u
#define OVERCOOKED_ROW_POTS 3u
#define OVERCOOKED_ROW_VALUE_SHIFT 26u

#endif
