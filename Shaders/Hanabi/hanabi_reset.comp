#version 450
// Starts a new episode where the last one is done (or everywhere): deck, deal, full tokens, seat 0 to move.
//
//   key = random(run seed; environment, episode);   card of draw i = random(key; i) among the cards not yet drawn
//
// One invocation per (run, environment). Games that go on leave both loops at once.
#include "Common/environment.h"
#include "Common/buffers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "Hanabi/hanabi_state.glsl"
INPUT(0, uvec2, seeds);         // (R)
INPUT(1, uint, dones);          // (R, T, N)
INPUT(2, uvec4, start_states);  // (R, N, start words), or one for all
STATES_IN_OUT(3);               // (R, N, S)

#include "Hanabi/hanabi_deck.glsl"

void main() {
  uint environment = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (environment >= p.environments) return;
  locate_state(run, environment);
  bool first = p.force_reset != 0u;
  bool starts = first || dones[run * p.done_stride + p.transition * p.environments + environment] != 0u;

  uint start = (run * p.start_stride + environment * p.start_environment_stride) / 4u;
  uint deck_words = starts ? DECK_WORDS : 0u;
  for (uint word = 0u; word < deck_words; word += 4u) {
    STORE_STATE4(DECK_WORD + word, start_states[start + (HANABI_START_DECK + word) / 4u]);
  }

  uint episode = first ? 0u : STATE(HANABI_EPISODE) + 1u;
  uvec2 key = random_words(seeds[run * p.seed_stride], PURPOSE_DEAL, environment, episode, 0u).xy;
  bool ordered = start_states[start].x != 0u;
  uint cards = starts ? PLAYERS * HAND_SIZE : 0u;
  for (uint draw = 0u; draw < cards; ++draw) {
    uint slot = draw % HAND_SIZE;
    uint hand = HAND(draw / HAND_SIZE);
    uint info = draw_card(draw, key, ordered) | (1u << HANABI_PRESENT_SHIFT);
    uint pair = hand + HAND_SIZE + slot / 2u;
    STATE(hand + slot) = ALL_CARDS;
    STATE(pair) = (slot & 1u) == 0u ? info : STATE(pair) | (info << 16);
  }

  if (starts) {
    uint status = (LIFE_TOKENS << HANABI_LIVES_SHIFT) | (INFORMATION_TOKENS << HANABI_INFORMATION_SHIFT)
        | (uint(ordered) << HANABI_ORDERED_SHIFT);
    STORE_STATE4(HANABI_STATUS, uvec4(status, PLAYERS * HAND_SIZE, 0u, episode));
    STORE_STATE4(HANABI_KEY, uvec4(key, 0u, 0u));
    const uint copies[LEFT_PLANES] = uint[](COPY_PLANES);
    [[unroll]] for (uint plane = 0u; plane < LEFT_PLANES; ++plane) STATE(LEFT_WORD + plane) = copies[plane];
    [[unroll]] for (uint word = 0u; word < DISCARDED_WORDS; ++word) STATE(DISCARDED_WORD + word) = 0u;
  }
}
