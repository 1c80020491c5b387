#version 450
// What one seat sees, as packed bits, and which actions it may choose.
//
//   row = bits of all D features in their order | bit planes of what is left of every card | two weight sums per word
//
// Features of knowledge come last and are left out of minimal observations (no KNOWLEDGE). The last two only for knowledge v0, where feature (slot, card) = plausible * left(card) / sum over cards of the same.
// One invocation per (run, environment, seat) builds its row in registers; all places are known at compile time.
#include "Common/environment.h"
#include "Common/buffers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "Hanabi/hanabi_state.glsl"
STATES_IN(0);                    // (R, N, S)
OUTPUT(1, uvec4, observations);  // (R, T, N, A, W / 4)
OUTPUT(2, uint, legal_masks);    // (R, T, N, A, M)

#include "Common/bit_rows.glsl"
DEFINE_BIT_ROW(mask, MASK_WORDS)

// The rightmost `count` (at most 32) bits set.
uint thermometer(uint count) { return count >= 32u ? 0xFFFFFFFFu : (1u << count) - 1u; }

// Bit value - 1, nothing for 0; value is at most 32.
uint one_hot_or_none(uint value) { return ((1u << (value & 31u)) >> 1) | ((value >> 5) << 31); }

// What all sections share.
uint observer;
uint information;
bool on_turn;
uint piles[PILE_WORDS];       // copies left and discards lie side by side
uint hand_words[HAND_WORDS];  // of the player that observe_hand is at
uint held;                    // one bit per slot with a card
uint held_colors;
uint held_ranks;

#define ADD_WEIGHTS(PLANE) weight_sum += uint(bitCount(plausible & piles[PLANE])) << PLANE;
// One slot of relative player `player`: the card of another, and what is known about it.
void observe_slot(uint player, uint i) {
  uint slot = player * HAND_SIZE + i;
  uint plausible = PLAUSIBLE(hand_words, i);
  uint info = INFO(hand_words, i);
  uint card = CARD_OF(info);
  held |= PRESENT(info) << i;
  if (player > 0u) {
    put_observation((slot - HAND_SIZE) * CARDS, PRESENT(info) << card, CARDS);
    held_colors |= PRESENT(info) << (card / RANKS);
    held_ranks |= PRESENT(info) << (card % RANKS);
  }
#ifdef KNOWLEDGE
  uint knowledge = KNOWLEDGE_OFFSET + slot * SLOT_FEATURES;
  uint hinted_color = (info >> HANABI_HINTED_COLOR_SHIFT) & HANABI_HINTED_COLOR_MASK;
  uint hinted_rank = (info >> HANABI_HINTED_RANK_SHIFT) & HANABI_HINTED_RANK_MASK;
  put_observation(knowledge, plausible, CARDS);
  put_observation(knowledge + CARDS, one_hot_or_none(hinted_color), COLORS);
  put_observation(knowledge + CARDS + COLORS, one_hot_or_none(hinted_rank), RANKS);
#endif
#ifdef KNOWLEDGE_V0
  uint weight_sum = 0u;
  REPEAT(LEFT_PLANES, ADD_WEIGHTS)
  put_observation(32u * WEIGHT_SUMS_OFFSET + 16u * slot, weight_sum, 16u);
#endif
}

// The hand of relative player `player`, and the actions that concern it: discards and plays, or hints.
void load_hand_words(uint seat, uint word) {
  uvec4 four = READ_STATE4(HAND(seat) + word);
  hand_words[word] = four.x;
  hand_words[word + 1u] = four.y;
  hand_words[word + 2u] = four.z;
  hand_words[word + 3u] = four.w;
}

#define OBSERVE_SLOT(I) observe_slot(player, I);
#define LOAD_HAND_WORDS(FOUR) load_hand_words(seat, 4u * FOUR);
void observe_hand(uint player) {
  uint seat = observer + player;
  seat = seat >= PLAYERS ? seat - PLAYERS : seat;
  REPEAT(HAND_FOURS, LOAD_HAND_WORDS)
  held = 0u;
  held_colors = 0u;
  held_ranks = 0u;
  REPEAT(HAND_SIZE, OBSERVE_SLOT)
  put_observation((PLAYERS - 1u) * HAND_SIZE * CARDS + player, 1u - (held >> (HAND_SIZE - 1u)), 1u);
  if (player > 0u) {
    bool may_tell = on_turn && information > 0u;
    put_mask(COLOR_HINTS + (player - 1u) * COLORS, may_tell ? held_colors : 0u, COLORS);
    put_mask(RANK_HINTS + (player - 1u) * RANKS, may_tell ? held_ranks : 0u, RANKS);
  } else {
    put_mask(0u, on_turn && information < INFORMATION_TOKENS ? held : 0u, HAND_SIZE);
    put_mask(HAND_SIZE, on_turn ? held : 0u, HAND_SIZE);
  }
}

#define APPEND_DECK_WORD(WORD)                                                       \
  append_observation(                                                               \
      thermometer(deck_left > 32u * WORD ? min(deck_left - 32u * WORD, 32u) : 0u),    \
      min(DECK_FEATURES - 32u * WORD, 32u));
#define APPEND_DISCARDED_WORD(WORD) \
  append_observation(piles[LEFT_PLANES + WORD], min(DECK_SIZE - 32u * WORD, 32u));

// The board: deck, fireworks (the highest card of every color), tokens; then the discards, kept as they are shown.
void observe_board(uint deck_left, uint fireworks, uint lives) {
  observation_place = (PLAYERS - 1u) * HAND_SIZE * CARDS + PLAYERS;
  REPEAT(DECK_FEATURE_WORDS, APPEND_DECK_WORD)
  append_observation(fireworks & ~((fireworks & ~RANK_MASK) >> 1), CARDS);
  append_observation(thermometer(information), INFORMATION_TOKENS);
  append_observation(thermometer(lives), LIFE_TOKENS);
  REPEAT(DISCARDED_WORDS, APPEND_DISCARDED_WORD)
}

void observe_last_action(uint last) {
  bool any = (last & 1u) != 0u;
  uint move = (last >> HANABI_LAST_MOVE_SHIFT) & 3u;
  bool used_card = any && move <= HANABI_DISCARD;
  bool told = any && move >= HANABI_COLOR_HINT;
  uint actor = ((last >> HANABI_LAST_SEAT_SHIFT) & 7u) + PLAYERS - observer;
  uint place = (last >> HANABI_LAST_PLACE_SHIFT) & 7u;
  uint target = place + PLAYERS - observer;
  uint value = (last >> HANABI_LAST_VALUE_SHIFT) & 31u;
  append_observation(uint(any) << (actor % PLAYERS), PLAYERS);
  append_observation(uint(any) << move, 4u);
  append_observation(uint(told) << (target % PLAYERS), PLAYERS);
  append_observation(uint(any && move == HANABI_COLOR_HINT) << value, COLORS);
  append_observation(uint(any && move == HANABI_RANK_HINT) << value, RANKS);
  append_observation((last >> HANABI_LAST_OUTCOME_SHIFT) & 255u, HAND_SIZE);
  append_observation(uint(used_card) << place, HAND_SIZE);
  append_observation(uint(used_card) << value, CARDS);
  append_observation((last >> HANABI_LAST_SUCCESS_SHIFT) & 3u, 2u);
}

void load_pile_words(uint word) {
  uvec4 four = READ_STATE4(LEFT_WORD + word);
  piles[word] = four.x;
  piles[word + 1u] = four.y;
  piles[word + 2u] = four.z;
  piles[word + 3u] = four.w;
}

#define LOAD_PILE_WORDS(FOUR) load_pile_words(4u * FOUR);
#define OBSERVE_HAND(PLAYER) observe_hand(PLAYER);
#define CLEAR_MASK_WORD(WORD) mask_row[WORD] = 0u;
#define STORE_MASK_WORD(WORD) legal_masks[mask_base + WORD] = mask_row[WORD];
#define PUT_LEFT_PLANE(PLANE) put_observation(32u * (LEFT_PLANES_OFFSET + PLANE), piles[PLANE], 32u);

void main() {
  uint agent_row = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (agent_row >= p.environments * PLAYERS) return;
  observer = agent_row % PLAYERS;
  locate_state(run, agent_row / PLAYERS);

  uvec4 counters = READ_STATE4(HANABI_STATUS);  // status, piles, step, episode
  uvec4 progress = READ_STATE4(HANABI_KEY);     // key, fireworks, last action
  information = INFORMATION_OF(counters.x);
  on_turn = SEAT_OF(counters.x) == observer;
  REPEAT(PILE_FOURS, LOAD_PILE_WORDS)

  clear_observation();
  REPEAT(MASK_WORDS, CLEAR_MASK_WORD)
  REPEAT(PLAYERS, OBSERVE_HAND)
  put_mask(NO_OP, on_turn ? 0u : 1u, 1u);
  observe_board(DECK_SIZE - (counters.y & 0xFFFFu), progress.z, LIVES_OF(counters.x));
  observe_last_action(progress.w);
#ifdef KNOWLEDGE_V0
  REPEAT(LEFT_PLANES, PUT_LEFT_PLANE)
#endif

  uint row = p.transition * p.environments * PLAYERS + agent_row;
  store_observation(run * p.observation_stride + row * OBSERVATION_WORDS);
  uint mask_base = run * p.mask_stride + row * MASK_WORDS;
  REPEAT(MASK_WORDS, STORE_MASK_WORD)
}
