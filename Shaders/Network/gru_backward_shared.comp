#version 450
// Back-propagation through time of a GRU, from step first_step + step_count - 1 down to first_step:
//   dh = output_gradients[t] + (t is the last step or resets[t + 1] ? 0 : dg[t + 1] W^T + dh[t + 1] z[t + 1])
//   gate_gradients[t] = gradient by x W_i + b_i;   dg[t] = recurrent_gradients[t] = gradient by h W   (gru_gates.glsl)
// dh takes the place of `output_gradients`. gates = (r, z, n), products = q, previous = h, as the forward pass left them.
//
// Shared-memory family: one workgroup of 128 walks through time with SEQUENCES sequences, whose dg stay in shared memory,
// so the whole loop is one dispatch; an invocation computes ROWS sequences x 4 units at a time; the same sums in the same
// order as gru_backward.comp. Neighbouring invocations compute neighbouring units, so they read the rows of W^T that
// transpose_weights.comp has made. Workgroup x = sequences, z = run of the window. HIDDEN_QUADS = Hp / 4.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/gru_gates.glsl"

layout(local_size_x = 128) in;
layout(push_constant) uniform Push { RecurrentDispatch p; };

WIDE_FLOATS(0, gates);                 // (R, C, 3 Hp / 4)
WIDE_FLOATS(1, products);              // (R, C, Hp / 4)
WIDE_FLOATS(2, previous);              // (R, C, Hp / 4)
WIDE_FLOATS(3, transposed);            // (R, 3 Hp, Hp / 4)
INPUT(5, uint, resets);                // (R, C)
IN_OUT(6, vec4, output_gradients);     // (R, C, Hp / 4)
OUTPUT(7, vec4, gate_gradients);       // (R, C, 3 Hp / 4)
OUTPUT(8, vec4, recurrent_gradients);  // (R, C, 3 Hp / 4)

#define ROWS (SEQUENCES < 4u ? SEQUENCES : 4u)
#define LANES (128u * ROWS / SEQUENCES)
shared vec4 following[SEQUENCES][3u * HIDDEN_QUADS];  // dg of the step after

void main() {
  uint run = gl_WorkGroupID.z;
  uint first_sequence = gl_WorkGroupID.x * SEQUENCES;
  uint lane = gl_LocalInvocationID.x % LANES;
  uint group = gl_LocalInvocationID.x / LANES * ROWS;  // first of this invocation's sequences
  uint weight_base = run * 12u * HIDDEN_QUADS * HIDDEN_QUADS;
  uint hidden_base = run * (p.hidden_stride / 4u);
  uint gate_base = run * (p.gate_stride / 4u);

  for (uint left = p.step_count; left > 0u; --left) {
    uint step = p.first_step + left - 1u;
    bool has_next = step + 1u < p.steps;
    if (has_next) {
      for (uint unit = lane; unit < HIDDEN_QUADS; unit += LANES) {
        vec4 sum[ROWS];
        [[unroll]] for (uint i = 0u; i < ROWS; ++i) sum[i] = vec4(0.0);
        uint weight = weight_base + unit;
        for (uint depth = 0u; depth < 3u * HIDDEN_QUADS; ++depth) {
          vec4 dg[ROWS];
          [[unroll]] for (uint i = 0u; i < ROWS; ++i) dg[i] = following[group + i][depth];
          [[unroll]] for (uint k = 0u; k < 4u; ++k) {
            vec4 w = LOAD4(transposed, weight + (4u * depth + k) * HIDDEN_QUADS);
            [[unroll]] for (uint i = 0u; i < ROWS; ++i) sum[i] = fma(vec4(dg[i][k]), w, sum[i]);
          }
        }
        [[unroll]] for (uint i = 0u; i < ROWS; ++i) {
          uint sequence = first_sequence + group + i;
          uint row = step * p.sequences + sequence;
          if (sequence < p.sequences && resets[run * p.reset_stride + row + p.sequences] == 0u) {
            uint place = hidden_base + row * HIDDEN_QUADS + unit;
            vec4 z = LOAD4(gates, gate_base + ((row + p.sequences) * 3u + 1u) * HIDDEN_QUADS + unit);
            output_gradients[place] += fma(output_gradients[place + p.sequences * HIDDEN_QUADS], z, sum[i]);
          }
        }
      }
    }
    barrier();  // everyone has read `following`
    for (uint unit = lane; unit < HIDDEN_QUADS; unit += LANES) {
      [[unroll]] for (uint i = 0u; i < ROWS; ++i) {
        uint sequence = first_sequence + group + i;
        if (sequence < p.sequences) {
          uint row = step * p.sequences + sequence;
          uint place = hidden_base + row * HIDDEN_QUADS + unit;
          uint gate = gate_base + row * 3u * HIDDEN_QUADS + unit;
          GateGradients g = differentiate_gates(
              output_gradients[place], LOAD4(previous, place), LOAD4(gates, gate), LOAD4(gates, gate + HIDDEN_QUADS),
              LOAD4(gates, gate + 2u * HIDDEN_QUADS), LOAD4(products, place));
          gate_gradients[gate] = g.reset;
          gate_gradients[gate + HIDDEN_QUADS] = g.update;
          gate_gradients[gate + 2u * HIDDEN_QUADS] = g.candidate;
          recurrent_gradients[gate] = g.reset;
          recurrent_gradients[gate + HIDDEN_QUADS] = g.update;
          recurrent_gradients[gate + 2u * HIDDEN_QUADS] = g.product;
          following[group + i][unit] = g.reset;
          following[group + i][unit + HIDDEN_QUADS] = g.update;
          following[group + i][unit + 2u * HIDDEN_QUADS] = g.product;
        }
      }
    }
    barrier();
  }
}
