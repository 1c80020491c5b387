#version 450
// One step of a GRU (Cho et al. 2014, in the form of flax's GRUCell and cuDNN), from h = previous[t] and
// gates[t] = x W_i + b_i:
//   r = sigmoid(gates_r + h W_r)    z = sigmoid(gates_z + h W_z)    q = h W_n + b_n    n = tanh(gates_n + r q)
//   hidden[t] = h' = (1 - z) n + z h;   previous[t + 1] = resets[t + 1] ? 0 : h'
// For training r, z, n take the place of `gates`, and q is kept in `products`. Runs without rows take no step.
//
// Flat family: one invocation computes TILE_ROWS sequences x 8 units of step first_step, with all three products in registers,
// and sums over h in order. x = tile, units fastest; z = run of the window.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/gru_gates.glsl"

layout(local_size_x = 8) in;
layout(push_constant) uniform Push { RecurrentDispatch p; };

WIDE_FLOATS(0, previous);        // (R, C, Hp / 4)
WIDE_FLOATS(1, parameters);      // (policies, P / 4)
INPUT(2, uint, policy_indices);  // (R)
INPUT(3, uint, resets);          // (R, C)
INPUT(4, uint, row_counts);      // (R, counts)
IN_OUT(5, vec4, gates);          // (R, C, 3 Hp / 4)
OUTPUT(6, vec4, hidden);         // (R, C, Hp / 4)
OUTPUT(7, vec4, following);      // `previous`, of which other rows are read
#ifdef TRAINING
OUTPUT(8, vec4, products);       // (R, C, Hp / 4)
#endif

#define TILE_ROWS 4u

void main() {
  uint run = gl_GlobalInvocationID.z;
  if (row_counts[run * p.row_count_stride + ROW_COUNT_ALL] == 0u) return;
  uint quads = p.width / 4u;
  uint sequence = gl_GlobalInvocationID.x / (quads / 2u) * TILE_ROWS;
  uint unit = gl_GlobalInvocationID.x % (quads / 2u) * 2u;
  uint depth = sequence < p.sequences ? quads : 0u;
  uint parameter_base = policy_indices[run * p.policy_index_stride] * p.parameter_stride;
  uint weight = (parameter_base + p.weight_offset) / 4u + unit;

  uint first_row = p.first_step * p.sequences;
  uint h_place[TILE_ROWS];
  [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
    h_place[i] = run * (p.hidden_stride / 4u) + (first_row + min(sequence + i, p.sequences - 1u)) * quads;
  }
  vec4 sum[TILE_ROWS][3][2];
  [[unroll]] for (uint j = 0u; j < 2u; ++j) {
    vec4 bias = LOAD4(parameters, (parameter_base + p.bias_offset) / 4u + unit + j);
    [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
      sum[i][0][j] = vec4(0.0);
      sum[i][1][j] = vec4(0.0);
      sum[i][2][j] = bias;
    }
  }
  for (uint step = 0u; step < depth; ++step) {
    vec4 h[TILE_ROWS];
    [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) h[i] = LOAD4(previous, h_place[i] + step);
    [[unroll]] for (uint k = 0u; k < 4u; ++k) {
      [[unroll]] for (uint gate = 0u; gate < 3u; ++gate) {
        [[unroll]] for (uint j = 0u; j < 2u; ++j) {
          vec4 w = LOAD4(parameters, weight + (3u * k + gate) * quads + j);
          [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) sum[i][gate][j] = fma(vec4(h[i][k]), w, sum[i][gate][j]);
        }
      }
    }
    weight += 12u * quads;
  }

  bool has_next = p.first_step + 1u < p.steps;
  [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
    if (sequence + i < p.sequences) {
      uint row = first_row + sequence + i;
      bool reset = has_next ? resets[run * p.reset_stride + row + p.sequences] != 0u : false;
      [[unroll]] for (uint j = 0u; j < 2u; ++j) {
        uint place = h_place[i] + unit + j;
        uint gate_place = run * (p.gate_stride / 4u) + row * 3u * quads + unit + j;
        vec4 r = sigmoid(gates[gate_place] + sum[i][0][j]);
        vec4 z = sigmoid(gates[gate_place + quads] + sum[i][1][j]);
        vec4 n = hyperbolic_tangent(fma(r, sum[i][2][j], gates[gate_place + 2u * quads]));
        vec4 next = next_hidden(z, n, LOAD4(previous, place));
        hidden[place] = next;
        if (has_next) following[place + p.sequences * quads] = reset ? vec4(0.0) : next;
#ifdef TRAINING
        gates[gate_place] = r;
        gates[gate_place + quads] = z;
        gates[gate_place + 2u * quads] = n;
        products[place] = sum[i][2][j];
#endif
      }
    }
  }
}
