// Access to the packed state of one game. The including kernel declares `states` and `p`, then calls locate_state once.
//
// Arrays of structures (software devices: one game is contiguous) or structure of arrays (STATE_SOA: neighbouring
// invocations read neighbouring words); only STATE knows.
#include "Hanabi/hanabi_layout.h"

uint state_base;

#ifdef STATE_SOA
void locate_state(uint run, uint environment) { state_base = run * p.state_stride + environment; }
#define STATE(FIELD) states[state_base + (FIELD) * p.environments]
#else
void locate_state(uint run, uint environment) { state_base = run * p.state_stride + environment * STATE_WORDS; }
#define STATE(FIELD) states[state_base + (FIELD)]
#endif

// The first word of a slot; HANABI_SLOT_WORDS words.
#define SLOT(SEAT, INDEX) (SLOT_WORD + ((SEAT) * HAND_SIZE + (INDEX)) * HANABI_SLOT_WORDS)

#define SEAT_OF(STATUS) (((STATUS) >> HANABI_SEAT_SHIFT) & 7u)
#define INFORMATION_OF(STATUS) (((STATUS) >> HANABI_INFORMATION_SHIFT) & 255u)
#define LIVES_OF(STATUS) (((STATUS) >> HANABI_LIVES_SHIFT) & 255u)
#define LAST_ROUND_OF(STATUS) (((STATUS) >> HANABI_LAST_ROUND_SHIFT) & 7u)
#define CARD_OF(SLOT_INFO) ((SLOT_INFO) & HANABI_CARD_MASK)
#define PRESENT(SLOT_INFO) (((SLOT_INFO) >> HANABI_PRESENT_SHIFT) & 1u)
