#version 450
// Starts a new game where the last one is over (or everywhere): the start block, with colours and hints drawn.
//
//   hints    from each class (one, two, three colours) so many, without replacement: partial Fisher-Yates; then shuffled
//   colours  CARDS_PER_COLOR of each over the slots, Fisher-Yates; again while they are all together, for REJECT_SOLVED
//   number i of a game = random(run seed; environment, episode, i)
//
// One invocation per (run, environment). Games that go on leave all loops at once.
#include "Common/environment.h"
#include "Common/buffers.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { EnvironmentDispatch p; };

#include "Yokai/yokai_state.glsl"
#include "Yokai/yokai_board.glsl"
#include "Common/random.glsl"
INPUT(0, uvec2, seeds);         // (R)
INPUT(1, uint, dones);          // (R, T, N)
INPUT(2, uvec4, start_states);  // (R, N, S), or one for all
STATES_IN_OUT(3);               // (R, N, S)

uvec2 seed;
uint game_environment;
uint game_episode;
uint draws;

// Uniform below `count`: the next number of this game.
uint draw(uint count) {
  uint bits = random_words(seed, PURPOSE_DEAL, game_environment, game_episode, draws).x;
  ++draws;
  return to_index(bits, count);
}

// Exchanges nibbles i and j of 64 bits.
uint nibble(uvec2 words, uint i) { return ((i < 8u ? words.x : words.y) >> (4u * (i & 7u))) & 15u; }
uvec2 swap_nibbles(uvec2 words, uint i, uint j) {
  uint change = nibble(words, i) ^ nibble(words, j);
  uint at_i = change << (4u * (i & 7u));
  uint at_j = change << (4u * (j & 7u));
  return words ^ uvec2(i < 8u ? at_i : 0u, i < 8u ? 0u : at_i) ^ uvec2(j < 8u ? at_j : 0u, j < 8u ? 0u : at_j);
}

// Puts `count` of the `size` hints of a class behind the `first` that the deck has.
void draw_class(inout uvec2 deck, uint first, uint candidates, uint size, uint count) {
  uvec2 left = uvec2(candidates, 0u);
  for (uint i = 0u; i < count; ++i) {
    left = swap_nibbles(left, i, i + draw(size - i));
    uint position = first + i;
    uint hint = nibble(left, i) << (4u * (position & 7u));
    deck |= uvec2(position < 8u ? hint : 0u, position < 8u ? 0u : hint);
  }
}

uvec2 draw_hints(uint of_one, uint of_two, uint of_three, uint all) {
  uvec2 deck = uvec2(0u);
  draw_class(deck, 0u, CLASS_ONE, CLASS_ONE_SIZE, of_one);
  draw_class(deck, of_one, CLASS_TWO, CLASS_TWO_SIZE, of_two);
  draw_class(deck, of_one + of_two, CLASS_THREE, CLASS_THREE_SIZE, of_three);
  for (uint i = all; i > 1u; --i) deck = swap_nibbles(deck, i - 1u, draw(i));
  return deck;
}

uint draw_colors(uint count) {
  uint colors = SORTED_COLORS;
  for (uint i = count; i > 1u; --i) {
    uint j = draw(i);
    uint change = ((colors >> (2u * (i - 1u))) ^ (colors >> (2u * j))) & 3u;
    colors ^= (change << (2u * (i - 1u))) | (change << (2u * j));
  }
  return colors;
}

void main() {
  uint environment = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (environment >= p.environments) return;
  locate_state(run, environment);
  bool first = p.force_reset != 0u;
  bool starts = first || dones[run * p.done_stride + p.transition * p.environments + environment] != 0u;
  seed = seeds[run * p.seed_stride];
  game_environment = environment;
  game_episode = first ? 0u : STATE(YOKAI_EPISODE) + 1u;
  draws = 0u;

  uint start = (run * p.start_stride + environment * p.start_environment_stride) / 4u;
  head = start_states[start];
  cells = start_states[start + 1u];
  hints = start_states[start + 2u];
  sights = start_states[start + 3u];
  bool drawn = starts && head.x >> YOKAI_DRAWN_SHIFT != 0u;
  uvec2 deck = draw_hints(
      drawn ? HINTS_OF_ONE : 0u, drawn ? HINTS_OF_TWO : 0u, drawn ? HINTS_OF_THREE : 0u, drawn ? HINTS : 0u);
  hints.xy |= drawn ? deck : uvec2(0u);
  uint colors = draw_colors(drawn ? CARDS : 0u);
  head.w = drawn ? colors : head.w;
#ifdef REJECT_SOLVED
  while (drawn && count_groups(COLORS) == COLORS) head.w = draw_colors(CARDS);
#endif
  if (starts) {
    STORE_STATE4(YOKAI_STATUS, uvec4(head.x & ~(1u << YOKAI_DRAWN_SHIFT), head.y, game_episode, head.w));
    STORE_STATE4(YOKAI_CELLS, cells);
    STORE_STATE4(YOKAI_HINTS, hints);
    STORE_STATE4(YOKAI_SEEN, sights);
  }
#ifdef SHAPING_WEIGHT
  if (first) STORE_STATE4(YOKAI_TRANSITIONS, uvec4(0u));
#endif
}
