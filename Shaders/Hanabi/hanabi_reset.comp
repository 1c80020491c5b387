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
INPUT(0, uvec2, seeds);          // (R)
INPUT(1, uint, dones);           // (R, T, N)
INPUT(2, uint, start_states);    // (R, N, 1 + deck words), or one for all
IN_OUT(3, uint, states);         // (R, N, S)

#include "Hanabi/hanabi_state.glsl"
#include "Hanabi/hanabi_deck.glsl"

void main() {
  uint environment = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (environment >= p.environments) return;
  locate_state(run, environment);
  bool first = p.force_reset != 0u;
  bool starts = first || dones[run * p.done_stride + p.transition * p.environments + environment] != 0u;

  uint start = run * p.start_stride + environment * p.start_environment_stride;
  uint deck_words = starts ? DECK_WORDS : 0u;
  for (uint word = 0u; word < deck_words; ++word) {
    STATE(DECK_WORD + word) = start_states[start + HANABI_START_DECK + word];
  }

  uint episode = first ? 0u : STATE(HANABI_EPISODE) + 1u;
  uvec2 key = random_words(seeds[run * p.seed_stride], PURPOSE_DEAL, environment, episode, 0u).xy;
  bool ordered = start_states[start] != 0u;
  uint cards = starts ? PLAYERS * HAND_SIZE : 0u;
  for (uint draw = 0u; draw < cards; ++draw) {
    uint slot = SLOT_WORD + draw * HANABI_SLOT_WORDS;
    STATE(slot) = ALL_CARDS;
    STATE(slot + 1u) = draw_card(draw, key, ordered) | (1u << HANABI_PRESENT_SHIFT);
  }

  if (starts) {
    STATE(HANABI_STATUS) = (LIFE_TOKENS << HANABI_LIVES_SHIFT) | (INFORMATION_TOKENS << HANABI_INFORMATION_SHIFT)
        | (uint(ordered) << HANABI_ORDERED_SHIFT);
    STATE(HANABI_PILES) = PLAYERS * HAND_SIZE;
    STATE(HANABI_STEP) = 0u;
    STATE(HANABI_EPISODE) = episode;
    STATE(HANABI_KEY) = key.x;
    STATE(HANABI_KEY + 1u) = key.y;
    STATE(HANABI_FIREWORKS) = 0u;
    STATE(HANABI_LAST_ACTION) = 0u;
    const uint copies[LEFT_PLANES] = uint[](COPY_PLANES);
    [[unroll]] for (uint plane = 0u; plane < LEFT_PLANES; ++plane) STATE(LEFT_WORD + plane) = copies[plane];
    [[unroll]] for (uint word = 0u; word < DISCARDED_WORDS; ++word) STATE(DISCARDED_WORD + word) = 0u;
  }
}
