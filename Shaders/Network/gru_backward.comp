#version 450
// One step of back-propagation through time of a GRU, from the step after it:
//   dh = output_gradients[t] + (t is the last step or resets[t + 1] ? 0 : dg[t + 1] W^T + dh[t + 1] z[t + 1])
//   gate_gradients[t] = gradient by x W_i + b_i;   dg[t] = recurrent_gradients[t] = gradient by h W   (gru_gates.glsl)
// dh takes the place of `output_gradients`. gates = (r, z, n), products = q, previous = h, as gru_forward.comp left them.
//
// Flat family: one invocation computes TILE_ROWS sequences x 8 units of step first_step and sums over the 3 Hp columns in
// order. x = tile, units fastest; z = run of the window.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/gru_gates.glsl"

layout(local_size_x = 8) in;
layout(push_constant) uniform Push { RecurrentDispatch p; };

WIDE_FLOATS(0, gates);                      // (R, C, 3 Hp / 4)
WIDE_FLOATS(1, products);                   // (R, C, Hp / 4)
WIDE_FLOATS(2, previous);                   // (R, C, Hp / 4)
WIDE_FLOATS(3, parameters);                 // (policies, P / 4)
WIDE_FLOATS(4, following_gradients);        // `recurrent_gradients`, of which other rows are written
INPUT(5, uint, policy_indices);             // (R)
INPUT(6, uint, resets);                     // (R, C)
IN_OUT(7, vec4, output_gradients);          // (R, C, Hp / 4)
OUTPUT(8, vec4, gate_gradients);            // (R, C, 3 Hp / 4)
OUTPUT(9, vec4, recurrent_gradients);       // (R, C, 3 Hp / 4)

#define TILE_ROWS 4u

void main() {
  uint run = gl_GlobalInvocationID.z;
  uint quads = p.width / 4u;
  uint sequence = gl_GlobalInvocationID.x / (quads / 2u) * TILE_ROWS;
  uint unit = gl_GlobalInvocationID.x % (quads / 2u) * 2u;
  bool has_next = p.first_step + 1u < p.steps;
  uint depth = sequence < p.sequences && has_next ? 3u * quads : 0u;
  uint parameter_base = policy_indices[run * p.policy_index_stride] * p.parameter_stride;
  uint weight = (parameter_base + p.weight_offset) / 4u + 4u * unit * 3u * quads;

  uint first_row = p.first_step * p.sequences;
  uint gate_place[TILE_ROWS];  // of the step, and `sequences` rows further of the next
  [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
    gate_place[i] = run * (p.gate_stride / 4u) + (first_row + min(sequence + i, p.sequences - 1u)) * 3u * quads;
  }
  uint next_step = p.sequences * 3u * quads;

  vec4 sum[TILE_ROWS][2];
  [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
    sum[i][0] = vec4(0.0);
    sum[i][1] = vec4(0.0);
  }
  for (uint step = 0u; step < depth; ++step) {
    vec4 dg[TILE_ROWS];
    [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
      dg[i] = LOAD4(following_gradients, gate_place[i] + next_step + step);
    }
    [[unroll]] for (uint j = 0u; j < 2u; ++j) {
      mat4 w;
      [[unroll]] for (uint k = 0u; k < 4u; ++k) w[k] = LOAD4(parameters, weight + (4u * j + k) * 3u * quads + step);
      w = transpose(w);
      [[unroll]] for (uint k = 0u; k < 4u; ++k) {
        [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) sum[i][j] = fma(vec4(dg[i][k]), w[k], sum[i][j]);
      }
    }
  }

  [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
    if (sequence + i < p.sequences) {
      uint row = first_row + sequence + i;
      bool flows = has_next ? resets[run * p.reset_stride + row + p.sequences] == 0u : false;
      [[unroll]] for (uint j = 0u; j < 2u; ++j) {
        uint place = run * (p.hidden_stride / 4u) + row * quads + unit + j;
        uint gate = gate_place[i] + unit + j;
        vec4 dh = output_gradients[place];
        if (flows) {
          dh += fma(output_gradients[place + p.sequences * quads], LOAD4(gates, gate + next_step + quads), sum[i][j]);
        }
        output_gradients[place] = dh;
        GateGradients g = differentiate_gates(
            dh, LOAD4(previous, place), LOAD4(gates, gate), LOAD4(gates, gate + quads), LOAD4(gates, gate + 2u * quads),
            LOAD4(products, place));
        gate_gradients[gate] = g.reset;
        gate_gradients[gate + quads] = g.update;
        gate_gradients[gate + 2u * quads] = g.candidate;
        recurrent_gradients[gate] = g.reset;
        recurrent_gradients[gate + quads] = g.update;
        recurrent_gradients[gate + 2u * quads] = g.product;
      }
    }
  }
}
