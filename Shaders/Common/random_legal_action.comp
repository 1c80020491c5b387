#version 450
// A uniform legal action for every seat: the k-th set bit of its mask, k = random(run seed; environment, step, agent).
//
// One invocation per (run, environment, agent). `clock` holds the number of steps taken before step 0.
#include "Common/environment.h"
#include "Common/buffers.glsl"
#include "Common/random.glsl"
#include "Common/repeat.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { RandomPlayDispatch p; };
INPUT(0, uvec2, seeds);       // (R)
INPUT(1, uint, clock);        // (1)
INPUT(2, uint, legal_masks);  // (R, T, N, A, M)
OUTPUT(3, uint, actions);     // (R, T, N, A)

uint words[MASK_WORDS];

#define READ_WORD(WORD)                  \
  words[WORD] = legal_masks[base + WORD]; \
  legal += uint(bitCount(words[WORD]));

#define FIND_IN_WORD(WORD)                     \
  {                                            \
    uint count = uint(bitCount(words[WORD]));  \
    bool here = !found && remaining < count;   \
    mask = here ? words[WORD] : mask;          \
    action = here ? WORD * 32u : action;       \
    found = found || here;                     \
    remaining -= found ? 0u : count;           \
  }

void main() {
  uint agent_row = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (agent_row >= p.environments * AGENTS) return;
  uint mask_row = p.block * p.environments * AGENTS + agent_row;
  uint base = run * p.mask_stride + mask_row * MASK_WORDS;

  uint legal = 0u;
  REPEAT(MASK_WORDS, READ_WORD)
  uint bits = random_words(
      seeds[run * p.seed_stride], PURPOSE_RANDOM_PLAY, agent_row / AGENTS, clock[0] + p.draw, agent_row % AGENTS).x;
  uint remaining = to_index(bits, legal);

  // The word that holds it, then its place by halving.
  uint mask = 0u;
  uint action = 0u;
  bool found = false;
  REPEAT(MASK_WORDS, FIND_IN_WORD)
  [[unroll]] for (uint width = 16u; width > 0u; width >>= 1) {
    uint low = bitCount(mask & ((1u << width) - 1u));
    bool high = remaining >= low;
    remaining -= high ? low : 0u;
    mask = high ? mask >> width : mask;
    action += high ? width : 0u;
  }
  uint action_row = p.block * p.environments * AGENTS + agent_row;
  actions[run * p.action_stride + action_row] = action;
}
