// The packed state of one game of Yokai: what shaders and Swift both know about it.
//
// Cells are numbered row by row, row * GRID + column. A slot is the name of a card: the place in the start block where it
// lay, row by row. Masks of slots have bit i for slot i. A start state has the same form.
#ifndef CROSSPLAY_YOKAI_LAYOUT_H
#define CROSSPLAY_YOKAI_LAYOUT_H

#define YOKAI_STATUS 0u
#define YOKAI_REGISTERS 1u
#define YOKAI_EPISODE 2u      // episodes finished by this environment
#define YOKAI_COLORS 3u       // 2 bits per slot; nobody sees them
#define YOKAI_CELLS 4u        // 4 words: a byte per slot, YOKAI_NO_CELL where there is no such slot
#define YOKAI_HINTS 8u        // 2 words: 4 bits per hint in the order of the deck, bit c for colour c; the last byte is
                              // the cell that the last card was moved from, or YOKAI_NO_CELL
#define YOKAI_HINT_ON_SLOT 10u // 2 words: 4 bits per slot, 0 or 1 + the hint that lies on it
#define YOKAI_SEEN 12u        // 2 words: 16 bits per seat, the slots that it ever peeked at
#define YOKAI_IN_VIEW 14u     // 2 words: 16 bits per seat, the slots it peeked at in its last turn of peeks
#define YOKAI_STATE_WORDS 16u
#define YOKAI_TRANSITIONS 16u  // only where rewards are shaped: steps of all episodes, what the shaping is annealed by
#define YOKAI_SHAPED_STATE_WORDS 20u

#define YOKAI_MOST_CARDS 16u
#define YOKAI_MOST_HINTS 14u
#define YOKAI_NO_CELL 255u

// YOKAI_STATUS
#define YOKAI_REVEALED_SHIFT 14u  // 4 bits, above one bit per hint that is placed
#define YOKAI_TURN_SHIFT 18u      // 5 bits: turns that are over
#define YOKAI_PHASE_SHIFT 23u     // 3 bits
#define YOKAI_PLAYER_SHIFT 26u    // 2 bits: the seat to move
#define YOKAI_ENDED_SHIFT 28u     // 1 bit: the game is over
#define YOKAI_EARLY_SHIFT 29u     // 1 bit: a player ended it
#define YOKAI_WON_SHIFT 30u       // 1 bit
#define YOKAI_DRAWN_SHIFT 31u     // 1 bit, in start states: reset draws colours and hints

// YOKAI_REGISTERS: 5 bits per slot, YOKAI_NO_SLOT for none; 2 bits per seat that wrote it, 0 for none.
#define YOKAI_NO_SLOT 16u
#define YOKAI_PEEK1_SHIFT 0u
#define YOKAI_PEEK2_SHIFT 5u
#define YOKAI_MOVED_SHIFT 10u
#define YOKAI_HINTED_SHIFT 15u
#define YOKAI_PEEK_OWNER_SHIFT 20u
#define YOKAI_MOVE_OWNER_SHIFT 22u
#define YOKAI_HINT_OWNER_SHIFT 24u
#define YOKAI_CHOSEN_SHIFT 26u    // 4 bits: 0 or 1 + the hint that was chosen and is to be placed (cell actions)

// Phases of a turn; only cell actions have YOKAI_TARGET and YOKAI_PLACE.
#define YOKAI_PEEK1 0u   // or end the game
#define YOKAI_PEEK2 1u
#define YOKAI_MOVE 2u    // slot actions: card and cell; cell actions: the card
#define YOKAI_TARGET 3u  // the cell it goes to
#define YOKAI_HINT 4u    // slot actions: reveal, or place a hint; cell actions: reveal, or choose a hint
#define YOKAI_PLACE 5u   // the card it goes on

#endif
