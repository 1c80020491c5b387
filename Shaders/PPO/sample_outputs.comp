#version 450
// The last layers of both heads, and what a rollout does with their outputs (sample_row.glsl):
//   logits = actor_hidden W_a + b_a of acting rows,  value = critic_hidden W_c + b_c of all rows;  action ~ softmax(logits)
//
// For thin outputs in the shared-memory family, in place of two products and sample_actions.comp: the same sums in the same
// order as dense_forward_shared.comp. Logits and values stay in shared memory.
// A workgroup of 256 has ROWS rows. LANES neighbouring invocations compute the outputs of one row, four columns each at a
// time, the last of them the value as well; then one invocation per row stores the value and draws the action.
// Workgroup x = rows, y = run of the window.
layout(local_size_x = 256) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"
#include "Network/network.h"
#include "Network/precision.glsl"

layout(push_constant) uniform Push { OutputDispatch o; };
#define p o.chunk

#define LANES OUTPUT_LANES
#define ROWS (256u / LANES)

shared float logits[ROWS * LOGIT_COLUMNS];
shared float value_outputs[ROWS];
#define LOGIT_BASE(RUN, I) (((I) % ROWS) * LOGIT_COLUMNS)
#define VALUE_BASE(RUN, I) ((I) % ROWS)
#include "PPO/sample_row.glsl"

WIDE_FLOATS(0, actor_hidden);     // (R, C, Ia / 4)
WIDE_FLOATS(1, critic_hidden);    // (R, C, Ic / 4)
WIDE_FLOATS(11, parameters);      // (policies, P / 4)
INPUT(12, uint, policy_indices);  // (R)

// Four columns of a row; x is its first four inputs, w the weights of the first input. A macro, since texel buffers are no
// arguments.
#define ADD_PRODUCTS(SUM, INPUTS, X, W, COUNT, PITCH)                                              \
  for (uint depth = 0u; depth < (COUNT) / 4u; ++depth) {                                          \
    vec4 four = operand(LOAD4(INPUTS, (X) + depth));                                              \
    [[unroll]] for (uint k = 0u; k < 4u; ++k) {                                                   \
      SUM = fma(vec4(four[k]), operand(LOAD4(parameters, (W) + (4u * depth + k) * (PITCH))), SUM); \
    }                                                                                             \
  }

void main() {
  uint run = gl_WorkGroupID.y;
  uint first = gl_WorkGroupID.x * ROWS;
  uint place = gl_LocalInvocationID.x / LANES;
  uint lane = gl_LocalInvocationID.x % LANES;
  uint i = first + place;
  uint acting = min(p.rows, row_counts[run * p.count_stride + ROW_COUNT_ACTING]);
  uint policy = policy_indices[run * o.policy_index_stride] * o.parameter_stride;

  if (i < acting) {
    uint x = (run * o.layers.actor_stride + i * o.layers.actor_inputs) / 4u;
    for (uint quad = lane; quad < LOGIT_COLUMNS / 4u; quad += LANES) {
      vec4 sum = LOAD4(parameters, (policy + o.layers.actor_bias) / 4u + quad);
      uint w = (policy + o.layers.actor_weights) / 4u + quad;
      ADD_PRODUCTS(sum, actor_hidden, x, w, o.layers.actor_inputs, LOGIT_COLUMNS / 4u)
      [[unroll]] for (uint k = 0u; k < 4u; ++k) logits[place * LOGIT_COLUMNS + 4u * quad + k] = sum[k];
    }
  }
  if (i < p.rows && lane == LANES - 1u) {
    vec4 sum = LOAD4(parameters, (policy + o.layers.critic_bias) / 4u);
    uint x = (run * o.layers.critic_stride + i * o.layers.critic_inputs) / 4u;
    uint w = (policy + o.layers.critic_weights) / 4u;
    ADD_PRODUCTS(sum, critic_hidden, x, w, o.layers.critic_inputs, VALUE_COLUMNS / 4u)
    value_outputs[place] = sum.x;
  }
  barrier();

  uint row = first + gl_LocalInvocationID.x;
  if (gl_LocalInvocationID.x < ROWS && row < p.rows) {
    store_value(run, row);
    sample_row(run, row);
  }
}
