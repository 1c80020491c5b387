#version 450
// Loss of independent PPO (Schulman et al. 2017; value clipping and masking as JaxMARL), a mean over the B rows of the
// minibatch, and its gradient with respect to logits and values:
//   ratio = exp(log pi(a|o) - log pi_old(a|o));  A = (advantage - mean) * scale;  target = advantage + V_old
//   loss  = -min(ratio A, clip(ratio, 1 - e, 1 + e) A) + c_v/2 max((V - target)^2, (V_clipped - target)^2) - c_h H(pi)
//   V_clipped = V_old + clip(V - V_old, -e, e), or V where values are not clipped
//   V, V_old and target in units of the value head's outputs, where values are normalised: (V_old - mean) / scale of
//   begin_update.comp, (target - mean) / scale of track_targets.comp
//   d loss / d logit_k = g (1[k = a] - p_k) + c_h p_k (log p_k + H),  g = -ratio A where the clip does not bind, else 0
//   c_h = the entropy coefficient of the update (begin_update.comp)
// Waiting seats have ratio 1, entropy 0 and no logit gradient; they count in every mean.
// One invocation per (run, workspace row).
layout(local_size_x = 64) in;
#include "Common/buffers.glsl"
#include "PPO/ppo.h"
#include "Network/network.h"

layout(push_constant) uniform Push { ChunkDispatch p; };
#include "PPO/loss_row.glsl"

void main() {
  uint i = gl_GlobalInvocationID.x;
  uint run = gl_GlobalInvocationID.y;
  if (i < p.rows) loss_row(run, i);
}
