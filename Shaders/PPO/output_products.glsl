// The last layers of both heads on one row, for kernels that keep outputs in shared memory: the same sums in the same order as
// dense_forward_shared.comp.
//
// The includer declares `actor_hidden`, `critic_hidden` and `parameters` with WIDE_FLOATS, shared `logits` (rows, LOGIT_COLUMNS) and
// `value_outputs` (rows), and has the layers as `o.layers`.
#include "Network/precision.glsl"

// Four columns of a row; X is its first four inputs, W the weights of the first input. A macro, since texel buffers are no
// arguments.
#define ADD_PRODUCTS(SUM, INPUTS, X, W, COUNT, PITCH)                                              \
  for (uint depth = 0u; depth < (COUNT) / 4u; ++depth) {                                          \
    vec4 four = operand(LOAD4(INPUTS, (X) + depth));                                              \
    [[unroll]] for (uint k = 0u; k < 4u; ++k) {                                                   \
      SUM = fma(vec4(four[k]), operand(LOAD4(parameters, (W) + (4u * depth + k) * (PITCH))), SUM); \
    }                                                                                             \
  }

// The part of invocation `lane` of OUTPUT_LANES in the logits of workspace row `i`, into row `place`. `policy` is where the
// parameters of the run begin.
void output_logits(uint run, uint i, uint place, uint lane, uint policy) {
  uint x = (run * o.layers.actor_stride + i * o.layers.actor_inputs) / 4u;
  for (uint quad = lane; quad < LOGIT_COLUMNS / 4u; quad += OUTPUT_LANES) {
    vec4 sum = LOAD4(parameters, (policy + o.layers.actor_bias) / 4u + quad);
    uint w = (policy + o.layers.actor_weights) / 4u + quad;
    ADD_PRODUCTS(sum, actor_hidden, x, w, o.layers.actor_inputs, LOGIT_COLUMNS / 4u)
    [[unroll]] for (uint k = 0u; k < 4u; ++k) logits[place * LOGIT_COLUMNS + 4u * quad + k] = sum[k];
  }
}

void output_value(uint run, uint i, uint place, uint policy) {
  vec4 sum = LOAD4(parameters, (policy + o.layers.critic_bias) / 4u);
  uint x = (run * o.layers.critic_stride + i * o.layers.critic_inputs) / 4u;
  uint w = (policy + o.layers.critic_weights) / 4u;
  ADD_PRODUCTS(sum, critic_hidden, x, w, o.layers.critic_inputs, VALUE_COLUMNS / 4u)
  value_outputs[place] = sum.x;
}
