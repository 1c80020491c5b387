#version 450
// The last layers of both heads, and what a rollout does with their outputs (sample_row.glsl):
//   logits = actor_hidden W_a + b_a of acting rows,  value = critic_hidden W_c + b_c of all rows;  action ~ softmax(logits)
//
// For thin outputs in the shared-memory family, in place of two products and sample_actions.comp: the same sums in the same
// order as dense_forward_shared.comp. Logits and values stay in shared memory.
// A workgroup of 256 has ROWS rows. OUTPUT_LANES neighbouring invocations compute the outputs of one row, four columns each at a
// time, the last of them the value as well; then one invocation per row stores the value and draws the action.
// Workgroup x = rows, y = run of the window.
layout(local_size_x = 256) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"
#include "Network/network.h"

layout(push_constant) uniform Push { OutputDispatch o; };
#define p o.chunk

#define ROWS (256u / OUTPUT_LANES)

shared float logits[ROWS * LOGIT_COLUMNS];
shared float value_outputs[ROWS];
#define LOGIT_BASE(RUN, I) (((I) % ROWS) * LOGIT_COLUMNS)
#define VALUE_BASE(RUN, I) ((I) % ROWS)
#include "PPO/sample_row.glsl"

WIDE_FLOATS(0, actor_hidden);     // (R, C, Ia / 4)
WIDE_FLOATS(1, critic_hidden);    // (R, C, Ic / 4)
WIDE_FLOATS(11, parameters);      // (policies, P / 4)
INPUT(12, uint, policy_indices);  // (R)

#include "PPO/output_products.glsl"

void main() {
  uint run = gl_WorkGroupID.y;
  uint first = gl_WorkGroupID.x * ROWS;
  uint place = gl_LocalInvocationID.x / OUTPUT_LANES;
  uint lane = gl_LocalInvocationID.x % OUTPUT_LANES;
  uint i = first + place;
  uint acting = min(p.rows, row_counts[run * p.count_stride + ROW_COUNT_ACTING]);
  uint policy = policy_indices[run * o.policy_index_stride] * o.parameter_stride;
  if (i < acting) output_logits(run, i, place, lane, policy);
  if (i < p.rows && lane == OUTPUT_LANES - 1u) output_value(run, i, place, policy);
  barrier();

  uint row = first + gl_LocalInvocationID.x;
  if (gl_LocalInvocationID.x < ROWS && row < p.rows) {
    store_value(run, row);
    sample_row(run, row);
  }
}
