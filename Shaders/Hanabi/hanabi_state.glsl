// Access to the packed state of one game: include it after the push constants `p`, declare the buffer with STATES_IN or
// STATES_IN_OUT, call locate_state once. STATE is one word; LOAD_STATE4 and STORE_STATE4 move four that start at a
// multiple of four, and READ_STATE4 loads four where the buffer was declared with STATES_IN.
//
// Structure of arrays (STATE_SOA): neighbouring invocations touch neighbouring words. Otherwise a game is contiguous, and
// four words are one access.
#include "Hanabi/hanabi_layout.h"

uint state_base;

#ifdef STATE_SOA
#define STATES_IN(BINDING) INPUT(BINDING, uint, states)
#define STATES_IN_OUT(BINDING) IN_OUT(BINDING, uint, states)
#define STATE(FIELD) states[state_base + (FIELD) * p.environments]
#define LOAD_STATE4(FIELD) uvec4(STATE(FIELD), STATE((FIELD) + 1u), STATE((FIELD) + 2u), STATE((FIELD) + 3u))
#define READ_STATE4(FIELD) LOAD_STATE4(FIELD)
#define STORE_STATE4(FIELD, VALUE) \
  { uvec4 v = VALUE; STATE(FIELD) = v.x; STATE((FIELD) + 1u) = v.y; STATE((FIELD) + 2u) = v.z; STATE((FIELD) + 3u) = v.w; }
void locate_state(uint run, uint environment) { state_base = run * p.state_stride + environment; }
#else
#define STATES_IN(BINDING) WIDE_UINTS(BINDING, states)
#define STATES_IN_OUT(BINDING) IN_OUT(BINDING, uvec4, states)
#define STATE(FIELD) states[(state_base + (FIELD)) >> 2][(FIELD) & 3u]
#define LOAD_STATE4(FIELD) states[(state_base + (FIELD)) >> 2]
#define READ_STATE4(FIELD) LOAD4(states, (state_base + (FIELD)) >> 2)
#define STORE_STATE4(FIELD, VALUE) states[(state_base + (FIELD)) >> 2] = VALUE
void locate_state(uint run, uint environment) { state_base = run * p.state_stride + environment * STATE_WORDS; }
#endif

// The first word of a seat's hand.
#define HAND(SEAT) (HANDS_WORD + (SEAT) * HAND_WORDS)

#define SEAT_OF(STATUS) (((STATUS) >> HANABI_SEAT_SHIFT) & 7u)
#define INFORMATION_OF(STATUS) (((STATUS) >> HANABI_INFORMATION_SHIFT) & 255u)
#define LIVES_OF(STATUS) (((STATUS) >> HANABI_LIVES_SHIFT) & 255u)
#define LAST_ROUND_OF(STATUS) (((STATUS) >> HANABI_LAST_ROUND_SHIFT) & 7u)
#define CARD_OF(SLOT_INFO) ((SLOT_INFO) & HANABI_CARD_MASK)
#define PRESENT(SLOT_INFO) (((SLOT_INFO) >> HANABI_PRESENT_SHIFT) & 1u)

// The slots of a hand that was loaded as words.
#define PLAUSIBLE(WORDS, SLOT) WORDS[SLOT]
#define INFO(WORDS, SLOT) ((WORDS[HAND_SIZE + (SLOT) / 2u] >> (16u * ((SLOT) & 1u))) & 0xFFFFu)
