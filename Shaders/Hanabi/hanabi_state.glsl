// What the kernels of Hanabi share: the state of one game and its fields.
#include "Common/environment_state.glsl"
#include "Hanabi/hanabi_layout.h"

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
