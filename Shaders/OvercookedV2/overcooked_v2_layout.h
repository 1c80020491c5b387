// The packed state of one kitchen of OvercookedV2: what shaders and Swift both know about it.
//
// Cells are numbered row by row, y * width + x. After the fixed part come one word per cook and per pot, permutations of
// ingredients and what recipes are drawn from, where the parameters want them, and, from a multiple of four words on, what
// lies on the counters: codes of CODE_BITS bits in the order of the counters' cells, as many to a word as fit. A start state
// has the same form.
#ifndef CROSSPLAY_OVERCOOKED_V2_LAYOUT_H
#define CROSSPLAY_OVERCOOKED_V2_LAYOUT_H

#define OVERCOOKED_V2_STEP 0u         // steps of this episode
#define OVERCOOKED_V2_EPISODE 1u      // episodes finished by this environment
#define OVERCOOKED_V2_TRANSITIONS 2u  // steps of all episodes: what the shaped reward is annealed by
#define OVERCOOKED_V2_STATUS 3u       // recipe, flags, plates on counters
#define OVERCOOKED_V2_BUTTONS 4u      // steps that each button still shows the recipe, 4 bits each
#define OVERCOOKED_V2_COOKS 5u

// What hands, counters and pots hold, and recipes: bit 0 plate, bit 1 cooked, then 2 bits per ingredient, how many.
#define OVERCOOKED_V2_PLATE 1u
#define OVERCOOKED_V2_COOKED 2u
#define OVERCOOKED_V2_DISH 3u               // both: what a recipe needs to be a dish
#define OVERCOOKED_V2_INGREDIENT_SHIFT 2u   // of ingredient 0
#define OVERCOOKED_V2_CODE_MASK 0x3FFFFFu   // 22 bits, 10 ingredients
#define OVERCOOKED_V2_RECIPE_SIZE 3u        // ingredients of a soup

// OVERCOOKED_V2_STATUS: the recipe's code, then
#define OVERCOOKED_V2_DELIVERED_SHIFT 22u  // 1 bit: the recipe was delivered in the last step
#define OVERCOOKED_V2_ENDED_SHIFT 23u      // 1 bit: the episode is over
#define OVERCOOKED_V2_DRAWN_SHIFT 24u      // 1 bit, in start states: reset draws what the parameters leave to chance
#define OVERCOOKED_V2_PLATES_SHIFT 25u     // 7 bits: plates on counters

// A cook: cell, direction, code in its hands.
#define OVERCOOKED_V2_CELL_MASK 255u
#define OVERCOOKED_V2_DIRECTION_SHIFT 8u  // 2 bits: up, down, right, left
#define OVERCOOKED_V2_HELD_SHIFT 10u

// A pot: its code, then steps until it is ready.
#define OVERCOOKED_V2_TIMER_SHIFT 24u
#define OVERCOOKED_V2_COOKING_STEPS 20u
#define OVERCOOKED_V2_BUTTON_STEPS 10u

// Permutations of ingredients: 4 bits each, 8 to a word.
#define OVERCOOKED_V2_PERMUTED_PER_WORD 8u

// Kinds of cells; pile k is OVERCOOKED_V2_PILE + k. The kinds but floor have channels in this order.
#define OVERCOOKED_V2_FLOOR 0u
#define OVERCOOKED_V2_COUNTER 1u
#define OVERCOOKED_V2_GOAL 2u
#define OVERCOOKED_V2_POT 3u
#define OVERCOOKED_V2_INDICATOR 4u
#define OVERCOOKED_V2_BUTTON 5u
#define OVERCOOKED_V2_PLATE_PILE 6u
#define OVERCOOKED_V2_PILE 7u

#define OVERCOOKED_V2_DIRECTION_UP 0u
#define OVERCOOKED_V2_DIRECTION_DOWN 1u
#define OVERCOOKED_V2_DIRECTION_RIGHT 2u
#define OVERCOOKED_V2_DIRECTION_LEFT 3u

// Actions; the first four move, in another order than that of the directions.
#define OVERCOOKED_V2_RIGHT 0u
#define OVERCOOKED_V2_DOWN 1u
#define OVERCOOKED_V2_LEFT 2u
#define OVERCOOKED_V2_UP 3u
#define OVERCOOKED_V2_STAY 4u
#define OVERCOOKED_V2_INTERACT 5u
#define OVERCOOKED_V2_ACTIONS 6u

// Numbers of a reset: (environment, episode, draw).
#define OVERCOOKED_V2_DRAW_EPISODE 0u        // recipe, key of the episode's later recipes (2 words), start state
#define OVERCOOKED_V2_DRAW_COOKS 1u          // one per cook: cell, direction, kind and content of its hands
#define OVERCOOKED_V2_DRAW_PERMUTATIONS 8u   // three per cook
#define OVERCOOKED_V2_DRAW_POTS 32u          // one per pot: state, number, ingredients, timer
#define OVERCOOKED_V2_DRAW_COUNTERS 64u      // one per counter: kind and content

// A packed observation: the observer, the other cooks by number, then these words, then the pots, the observer's
// permutation, and from a multiple of four on the counters, all as in the state.
#define OVERCOOKED_V2_ROW_STATUS 0u   // behind the cooks
#define OVERCOOKED_V2_ROW_BUTTONS 1u
#define OVERCOOKED_V2_ROW_POTS 2u

// Channels of a cell behind those of its cook: position, direction, and then what the hands hold.
#define OVERCOOKED_V2_DIRECTION_CHANNEL 1u
#define OVERCOOKED_V2_HELD_CHANNEL 5u

// The feature vector: 46 of the own cook and of every other, then 2 per other cook, then 2.
#define OVERCOOKED_V2_COOK_FEATURES 46u
#define OVERCOOKED_V2_FEATURES_PER_COOK 48u
// Its packed row: three words per cook, the own first. Word 0: cell and three cells, a byte each; word 1: four cells; word 2:
// direction, what is held, two pots of OVERCOOKED_V2_POT_BITS, whether a dish is there. A cell that is not there is the own.
#define OVERCOOKED_V2_ROW_COOK_WORDS 3u
#define OVERCOOKED_V2_TARGET_INGREDIENT 0u  // places of the nearest: pile or ingredient on a counter
#define OVERCOOKED_V2_TARGET_PLATE 1u
#define OVERCOOKED_V2_TARGET_DISH 2u
#define OVERCOOKED_V2_TARGET_GOAL 3u
#define OVERCOOKED_V2_TARGET_COUNTER 4u
#define OVERCOOKED_V2_TARGET_POT 5u         // nearest, then second nearest
#define OVERCOOKED_V2_TARGETS 7u
#define OVERCOOKED_V2_HELD_CLASS_SHIFT 2u   // 2 bits: nothing, ingredient, dish, plate or, as nothing, something else
#define OVERCOOKED_V2_DISH_SHIFT 4u         // 1 bit
#define OVERCOOKED_V2_POT_FEATURES_SHIFT 5u
#define OVERCOOKED_V2_POT_BITS 9u           // 1 bit there, 2 bits ingredients, 1 bit cooked, 5 bits timer

#endif
