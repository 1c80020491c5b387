#version 450
// What one seat sees, as packed bits, and which actions it may choose.
//
//   row = bits of all D features in their order | bit planes of what is left of every card | two weight sums per word
//
// The last two only for knowledge v0, where feature (slot, card) = plausible * left(card) / sum over cards of the same.
// One invocation per (run, environment, seat) writes its row from left to right; all places are known at compile time.
#include "Common/environment.h"
#include "Common/buffers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "Hanabi/hanabi_state.glsl"
STATES_IN(0);                    // (R, N, S)
OUTPUT(1, uvec4, observations);  // (R, T, N, A, W / 4)
OUTPUT(2, uint, legal_masks);    // (R, T, N, A, M)

#include "Hanabi/hanabi_bit_writer.glsl"

// The rightmost `count` (at most 32) bits set.
uint thermometer(uint count) { return count >= 32u ? 0xFFFFFFFFu : (1u << count) - 1u; }

// Bit value - 1, nothing for 0.
uint one_hot_or_none(uint value) { return value == 0u ? 0u : 1u << (value - 1u); }

void main() {
  uint agent_row = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (agent_row >= p.environments * PLAYERS) return;
  uint observer = agent_row % PLAYERS;
  locate_state(run, agent_row / PLAYERS);
  uint row = p.observation_block * p.environments * PLAYERS + agent_row;

  uvec4 counters = READ_STATE4(HANABI_STATUS);
  uvec4 progress = READ_STATE4(HANABI_KEY);
  uint status = counters.x;
  uint fireworks = progress.z;
  uint last = progress.w;
  uint information = INFORMATION_OF(status);

  // All slots, those of the observer first.
  uint plausible[PLAYERS * HAND_SIZE];
  uint info[PLAYERS * HAND_SIZE];
  [[unroll]] for (uint player = 0u; player < PLAYERS; ++player) {
    uint seat = observer + player;
    seat = seat >= PLAYERS ? seat - PLAYERS : seat;
    uint words[HAND_WORDS];
    [[unroll]] for (uint word = 0u; word < HAND_WORDS; word += 4u) {
      uvec4 four = READ_STATE4(HAND(seat) + word);
      words[word] = four.x;
      words[word + 1u] = four.y;
      words[word + 2u] = four.z;
      words[word + 3u] = four.w;
    }
    [[unroll]] for (uint i = 0u; i < HAND_SIZE; ++i) {
      plausible[player * HAND_SIZE + i] = PLAUSIBLE(words, i);
      info[player * HAND_SIZE + i] = INFO(words, i);
    }
  }
  // Copies left and discards lie side by side.
  uint piles[PILE_WORDS];
  [[unroll]] for (uint word = 0u; word < PILE_WORDS; word += 4u) {
    uvec4 four = READ_STATE4(LEFT_WORD + word);
    piles[word] = four.x;
    piles[word + 1u] = four.y;
    piles[word + 2u] = four.z;
    piles[word + 3u] = four.w;
  }

  begin_observation((run * p.observation_stride + row * OBSERVATION_WORDS) / 4u);

  // Hands: the cards of the others, then which hands are short.
  uint held_colors[PLAYERS];
  uint held_ranks[PLAYERS];
  [[unroll]] for (uint player = 1u; player < PLAYERS; ++player) {
    held_colors[player] = 0u;
    held_ranks[player] = 0u;
    [[unroll]] for (uint i = 0u; i < HAND_SIZE; ++i) {
      uint slot_info = info[player * HAND_SIZE + i];
      uint card = CARD_OF(slot_info);
      append_observation(PRESENT(slot_info) << card, CARDS);
      held_colors[player] |= PRESENT(slot_info) << (card / RANKS);
      held_ranks[player] |= PRESENT(slot_info) << (card % RANKS);
    }
  }
  [[unroll]] for (uint player = 0u; player < PLAYERS; ++player) {
    append_observation(1u - PRESENT(info[player * HAND_SIZE + HAND_SIZE - 1u]), 1u);
  }

  // Board: deck, fireworks (the highest card of every color), tokens.
  uint deck_left = DECK_SIZE - (counters.y & 0xFFFFu);
  [[unroll]] for (uint first = 0u; first < DECK_FEATURES; first += 32u) {
    append_observation(
        thermometer(deck_left > first ? min(deck_left - first, 32u) : 0u), min(DECK_FEATURES - first, 32u));
  }
  append_observation(fireworks & ~((fireworks & ~RANK_MASK) >> 1), CARDS);
  append_observation(thermometer(information), INFORMATION_TOKENS);
  append_observation(thermometer(LIVES_OF(status)), LIFE_TOKENS);

  // Discards: the state keeps them as they are shown.
  [[unroll]] for (uint word = 0u; word < DISCARDED_WORDS; ++word) {
    append_observation(piles[LEFT_PLANES + word], min(DECK_SIZE - word * 32u, 32u));
  }

  // Last action.
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

  // Knowledge of every slot: plausible cards, color told, rank told.
  [[unroll]] for (uint slot = 0u; slot < PLAYERS * HAND_SIZE; ++slot) {
    append_observation(plausible[slot], CARDS);
    append_observation(one_hot_or_none((info[slot] >> HANABI_HINTED_COLOR_SHIFT) & 7u), COLORS);
    append_observation(one_hot_or_none((info[slot] >> HANABI_HINTED_RANK_SHIFT) & 63u), RANKS);
  }

#ifdef KNOWLEDGE_V0
  align_observation();
  [[unroll]] for (uint plane = 0u; plane < LEFT_PLANES; ++plane) append_observation(piles[plane], 32u);
  [[unroll]] for (uint slot = 0u; slot < PLAYERS * HAND_SIZE; ++slot) {
    uint weight_sum = 0u;
    [[unroll]] for (uint plane = 0u; plane < LEFT_PLANES; ++plane) {
      weight_sum += uint(bitCount(plausible[slot] & piles[plane])) << plane;
    }
    append_observation(weight_sum, 16u);
  }
#endif
  finish_observation();

  // Legal actions: discards, plays, colors and ranks to tell; only the no-op for those not on turn.
  begin_mask(run * p.mask_stride + row * MASK_WORDS);
  bool on_turn = SEAT_OF(status) == observer;
  uint own = 0u;
  [[unroll]] for (uint i = 0u; i < HAND_SIZE; ++i) own |= PRESENT(info[i]) << i;
  own = on_turn ? own : 0u;
  bool may_tell = on_turn && information > 0u;
  append_mask(information < INFORMATION_TOKENS ? own : 0u, HAND_SIZE);
  append_mask(own, HAND_SIZE);
  [[unroll]] for (uint player = 1u; player < PLAYERS; ++player) {
    append_mask(may_tell ? held_colors[player] : 0u, COLORS);
  }
  [[unroll]] for (uint player = 1u; player < PLAYERS; ++player) {
    append_mask(may_tell ? held_ranks[player] : 0u, RANKS);
  }
  append_mask(on_turn ? 0u : 1u, 1u);
  finish_mask();
}
