#version 450
// One move: the seat to move discards, plays or tells; the others must choose the no-op.
//
//   reward = +1 for a successful play, -(fireworks so far) for the move that loses the last life, 0 otherwise
//   done   = no life left, all cards played, or everyone has moved once since the deck ran out
//   outcomes where done: bombed = no life left, perfect = all cards played
//
// An illegal action changes nothing but the environment's error word. One invocation per (run, environment).
#include "Common/environment.h"
#include "Common/buffers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "Hanabi/hanabi_state.glsl"
INPUT(0, uint, actions);    // (R, T, N, A)
OUTPUT(1, float, rewards);  // (R, T, N, A)
OUTPUT(2, vec2, outcomes);  // (R, T, N, E): bombed, perfect
OUTPUT(3, uint, dones);     // (R, T, N)
IN_OUT(4, uint, errors);    // (R, N)
STATES_IN_OUT(5);           // (R, N, S)

#include "Hanabi/hanabi_deck.glsl"

// Place behind the last thermometer entry of a card in the discard section.
uint discard_end(uint color, uint rank) {
  const uint copies[RANKS] = uint[](CARD_COUNTS);
  uint end = color * CARDS_PER_COLOR;
  [[unroll]] for (uint r = 0u; r < RANKS; ++r) end += r <= rank ? copies[r] : 0u;
  return end;
}

// Takes one copy of the card out of the bit planes of what is left; returns how many there were.
uint take_copy(uint card) {
  uint left = 0u;
  uint borrow = 1u << card;
  [[unroll]] for (uint plane = 0u; plane < LEFT_PLANES; ++plane) {
    uint bits = STATE(LEFT_WORD + plane);
    left |= ((bits >> card) & 1u) << plane;
    STATE(LEFT_WORD + plane) = bits ^ borrow;
    borrow &= ~bits;
  }
  return left;
}

void main() {
  uint environment = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (environment >= p.environments) return;
  locate_state(run, environment);
  uint row = p.transition * p.environments + environment;
  uint outcome_row = run * p.outcome_stride / 2u + p.transition * p.environments + environment;
  uvec4 counters = LOAD_STATE4(HANABI_STATUS);  // status, piles, step, episode
  uvec4 progress = LOAD_STATE4(HANABI_KEY);     // key, fireworks, last action
  uint status = counters.x;
  uint seat = SEAT_OF(status);
  uint information = INFORMATION_OF(status);
  uint lives = LIVES_OF(status);
  bool ended = ((status >> HANABI_ENDED_SHIFT) & 1u) != 0u;

  uint action = NO_OP;
  bool others_wait = true;
  [[unroll]] for (uint agent = 0u; agent < PLAYERS; ++agent) {
    uint chosen = actions[run * p.action_stride + row * PLAYERS + agent];
    if (agent == seat) action = chosen; else others_wait = others_wait && chosen == NO_OP;
  }

  // What the action says.
  bool discards = action < HAND_SIZE;
  bool plays = action >= HAND_SIZE && action < 2u * HAND_SIZE;
  bool uses_card = discards || plays;
  bool tells_color = action >= COLOR_HINTS && action < RANK_HINTS;
  bool tells_rank = action >= RANK_HINTS && action < NO_OP;
  uint used = discards ? action : action - HAND_SIZE;
  uint hint = tells_color ? action - COLOR_HINTS : action - RANK_HINTS;
  uint value = tells_color ? hint % COLORS : hint % RANKS;
  uint told = (seat + 1u + (tells_color ? hint / COLORS : hint / RANKS)) % PLAYERS;
  uint hand = uses_card || action >= NO_OP ? seat : told;

  // The hand it is about: who has the used card, which cards match the hint.
  uint words[HAND_WORDS];
  [[unroll]] for (uint word = 0u; word < HAND_WORDS; word += 4u) {
    uvec4 four = LOAD_STATE4(HAND(hand) + word);
    words[word] = four.x;
    words[word + 1u] = four.y;
    words[word + 2u] = four.z;
    words[word + 3u] = four.w;
  }
  uint plausible[HAND_SIZE + 1u];
  uint info[HAND_SIZE + 1u];
  uint used_info = 0u;
  uint matches = 0u;
  [[unroll]] for (uint i = 0u; i < HAND_SIZE; ++i) {
    plausible[i] = PLAUSIBLE(words, i);
    info[i] = INFO(words, i);
    used_info = i == used ? info[i] : used_info;
    uint card = CARD_OF(info[i]);
    bool match = (tells_color ? card / RANKS : card % RANKS) == value;
    matches |= match ? PRESENT(info[i]) << i : 0u;
  }

  bool legal = discards ? PRESENT(used_info) != 0u && information < INFORMATION_TOKENS
      : plays ? PRESENT(used_info) != 0u
      : (tells_color || tells_rank) && information > 0u && matches != 0u;
  legal = legal && others_wait && !ended;
  if (!legal) {
    uint place = run * p.error_stride + environment;
    if (errors[place] == 0u) errors[place] = ended ? ERROR_EPISODE_ENDED : ERROR_ILLEGAL_ACTION;
    [[unroll]] for (uint agent = 0u; agent < PLAYERS; ++agent) {
      rewards[run * p.reward_stride + row * PLAYERS + agent] = 0.0;
    }
    outcomes[outcome_row] = vec2(0.0);
    dones[run * p.done_stride + row] = uint(ended);
    return;
  }

  // Tokens and fireworks.
  uint card = CARD_OF(used_info);
  uint color = card / RANKS;
  uint rank = card % RANKS;
  uint fireworks = progress.z;
  uint height = bitCount(fireworks & (COLOR_MASK << (color * RANKS)));
  bool succeeds = plays && rank == height;
  bool fails = plays && rank != height;
  bool returns_token = succeeds && rank == RANKS - 1u && information < INFORMATION_TOKENS;
  information = uses_card ? information + uint(discards || returns_token) : information - 1u;
  lives -= uint(fails);

  // The pile, and what is left of every card.
  uint drawn = counters.y & 0xFFFFu;
  uint discarded = counters.y >> 16;
  if (uses_card) {
    uint left = take_copy(card);
    if (!succeeds) {
      uint entry = discard_end(color, rank) - left - ((fireworks >> card) & 1u);
      STATE(DISCARDED_WORD + (entry >> 5)) |= 1u << (entry & 31u);
      set_deck_card(discarded, card);
      discarded += 1u;
    }
  }
  fireworks |= uint(succeeds) << card;

  // The hand after it: a hint narrows knowledge; a used card leaves, the rest moves left, a new card comes last.
  plausible[HAND_SIZE] = 0u;
  info[HAND_SIZE] = 0u;
  if (uses_card && drawn < DECK_SIZE) {
    bool ordered = ((status >> HANABI_ORDERED_SHIFT) & 1u) != 0u;
    plausible[HAND_SIZE] = ALL_CARDS;
    info[HAND_SIZE] = draw_card(drawn, progress.xy, ordered) | (1u << HANABI_PRESENT_SHIFT);
    drawn += 1u;
  }
  uint hinted_cards = tells_color ? COLOR_MASK << (value * RANKS) : RANK_MASK << value;
  uint told_shift = tells_color ? HANABI_HINTED_COLOR_SHIFT : HANABI_HINTED_RANK_SHIFT;
  uint told_mask = tells_color ? HANABI_HINTED_COLOR_MASK : HANABI_HINTED_RANK_MASK;
  [[unroll]] for (uint i = 0u; i < HAND_SIZE; ++i) {
    bool match = ((matches >> i) & 1u) != 0u;
    uint told_info = match ? (info[i] & ~(told_mask << told_shift)) | ((value + 1u) << told_shift) : info[i];
    uint told_plausible = plausible[i] & (match ? hinted_cards : ~hinted_cards);
    uint new_info = !uses_card ? told_info : i >= used ? info[i + 1u] : info[i];
    words[i] = !uses_card ? told_plausible : i >= used ? plausible[i + 1u] : plausible[i];
    uint pair = HAND_SIZE + i / 2u;
    words[pair] = (i & 1u) == 0u ? new_info : words[pair] | (new_info << 16);
  }
  [[unroll]] for (uint word = 0u; word < HAND_WORDS; word += 4u) {
    STORE_STATE4(HAND(hand) + word, uvec4(words[word], words[word + 1u], words[word + 2u], words[word + 3u]));
  }

  // The end.
  uint score = bitCount(fireworks);
  uint last_round = LAST_ROUND_OF(status) + uint(drawn == DECK_SIZE);
  bool done = lives == 0u || score == CARDS || last_round == PLAYERS + 1u;
  float reward = float(succeeds) - (lives == 0u ? float(score) : 0.0);

  status = (((seat + 1u) % PLAYERS) << HANABI_SEAT_SHIFT) | (last_round << HANABI_LAST_ROUND_SHIFT)
      | (uint(done) << HANABI_ENDED_SHIFT) | (status & (1u << HANABI_ORDERED_SHIFT)) | (lives << HANABI_LIVES_SHIFT)
      | (information << HANABI_INFORMATION_SHIFT);
  uint move = plays ? HANABI_PLAY : discards ? HANABI_DISCARD : tells_color ? HANABI_COLOR_HINT : HANABI_RANK_HINT;
  uint last = (1u << HANABI_LAST_PRESENT_SHIFT) | (seat << HANABI_LAST_SEAT_SHIFT)
      | (move << HANABI_LAST_MOVE_SHIFT) | ((uses_card ? used : told) << HANABI_LAST_PLACE_SHIFT)
      | ((uses_card ? card : value) << HANABI_LAST_VALUE_SHIFT)
      | (uses_card ? 0u : matches << HANABI_LAST_OUTCOME_SHIFT)
      | (uint(succeeds) << HANABI_LAST_SUCCESS_SHIFT) | (uint(returns_token) << HANABI_LAST_TOKEN_SHIFT);
  STORE_STATE4(HANABI_STATUS, uvec4(status, drawn | (discarded << 16), counters.z + 1u, counters.w));
  STORE_STATE4(HANABI_KEY, uvec4(progress.xy, fireworks, last));
  [[unroll]] for (uint agent = 0u; agent < PLAYERS; ++agent) {
    rewards[run * p.reward_stride + row * PLAYERS + agent] = reward;
  }
  outcomes[outcome_row] = vec2(lives == 0u, score == CARDS);
  dones[run * p.done_stride + row] = uint(done);
}
