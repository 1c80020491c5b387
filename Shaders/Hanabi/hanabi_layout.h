// The packed state of one Hanabi game: what shaders and Swift both know about it.
//
// Word indices of the fixed part; the variable part follows (LEFT_WORD, DISCARDED_WORD, HANDS_WORD and DECK_WORD are
// macros that HanabiParameters computes). A card is the number color * ranks + rank, below 32. The fixed part, every
// hand and the deck start at multiples of four words, so that software devices can move four words at a time.
#ifndef CROSSPLAY_HANABI_LAYOUT_H
#define CROSSPLAY_HANABI_LAYOUT_H

#define HANABI_STATUS 0u       // seat to move and the small counters, see HANABI_*_SHIFT
#define HANABI_PILES 1u        // cards drawn (low half), cards discarded (high half)
#define HANABI_STEP 2u         // moves made in this episode
#define HANABI_EPISODE 3u      // episodes finished by this environment
#define HANABI_KEY 4u          // two words: the key of this episode's draws
#define HANABI_FIREWORKS 6u    // one bit per card that has been played successfully
#define HANABI_LAST_ACTION 7u  // see HANABI_LAST_*_SHIFT; 0 before the first move
#define HANABI_FIXED_WORDS 8u

// HANABI_STATUS
#define HANABI_SEAT_SHIFT 0u         // 3 bits
#define HANABI_LAST_ROUND_SHIFT 3u   // 3 bits: moves that ended with an empty deck
#define HANABI_ENDED_SHIFT 6u        // 1 bit: the episode is over
#define HANABI_ORDERED_SHIFT 7u      // 1 bit: the deck is drawn in its order (injected), not at random
#define HANABI_LIVES_SHIFT 8u        // 8 bits
#define HANABI_INFORMATION_SHIFT 16u // 8 bits

// A hand of HAND_WORDS words: first the plausible cards of every slot, as bits, one word each; then 16 bits per slot, two
// slots to a word, with what follows. An empty slot is all zeros.
#define HANABI_CARD_MASK 31u          // bits 0-4: the card
#define HANABI_PRESENT_SHIFT 5u       // 1 bit: there is a card
#define HANABI_HINTED_COLOR_SHIFT 6u  // 3 bits: color told + 1, or 0
#define HANABI_HINTED_COLOR_MASK 7u
#define HANABI_HINTED_RANK_SHIFT 9u   // 6 bits: rank told + 1, or 0
#define HANABI_HINTED_RANK_MASK 63u

// HANABI_LAST_ACTION
#define HANABI_LAST_PRESENT_SHIFT 0u // 1 bit
#define HANABI_LAST_SEAT_SHIFT 1u    // 3 bits
#define HANABI_LAST_MOVE_SHIFT 4u    // 2 bits: HANABI_PLAY ...
#define HANABI_LAST_PLACE_SHIFT 6u   // 3 bits: slot used, or the seat that was told
#define HANABI_LAST_VALUE_SHIFT 9u   // 5 bits: card used, or the color or rank told
#define HANABI_LAST_OUTCOME_SHIFT 14u // 8 bits: slots that match a hint
#define HANABI_LAST_SUCCESS_SHIFT 22u // 1 bit: the play succeeded
#define HANABI_LAST_TOKEN_SHIFT 23u  // 1 bit: the play returned an information token

// Moves, in the order of the observation.
#define HANABI_PLAY 0u
#define HANABI_DISCARD 1u
#define HANABI_COLOR_HINT 2u
#define HANABI_RANK_HINT 3u

// Start states: word 0 is 1 where the deck is to be drawn in its order and 0 where it is to be shuffled; the deck follows
// at word HANABI_START_DECK, four cards to a word, top first.
#define HANABI_START_DECK 4u

#endif
