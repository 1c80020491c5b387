#version 450
// The steps first_step ..< first_step + step_count of a GRU, from h = previous[first_step] and gates[t] = x W_i + b_i:
//   r = sigmoid(gates_r + h W_r)    z = sigmoid(gates_z + h W_z)    q = h W_n + b_n    n = tanh(gates_n + r q)
//   hidden[t] = h' = (1 - z) n + z h;   previous[t + 1] = resets[t + 1] ? 0 : h'
// For training r, z, n take the place of `gates`, and q is kept in `products`. Runs without rows take no step.
//
// Shared-memory family: one workgroup of 128 walks through time with SEQUENCES sequences, whose hidden states stay in
// shared memory, so the whole loop is one dispatch; an invocation computes ROWS sequences x 4 units at a time; the same
// sums in the same order as gru_forward.comp. Workgroup x = sequences, z = run of the window. HIDDEN_QUADS = Hp / 4.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/gru_gates.glsl"

layout(local_size_x = 128) in;
layout(push_constant) uniform Push { RecurrentDispatch p; };

WIDE_FLOATS(0, previous);        // (R, C, Hp / 4)
WIDE_FLOATS(1, parameters);      // (policies, P / 4)
INPUT(2, uint, policy_indices);  // (R)
INPUT(3, uint, resets);          // (R, C)
INPUT(4, uint, row_counts);      // (R, counts)
IN_OUT(5, vec4, gates);          // (R, C, 3 Hp / 4)
IN_OUT(6, vec4, hidden);         // (R, C, Hp / 4)
OUTPUT(7, vec4, following);      // `previous`, of which the rows of the first step are read
#ifdef TRAINING
OUTPUT(8, vec4, products);       // (R, C, Hp / 4)
#endif

#define ROWS (SEQUENCES < 4u ? SEQUENCES : 4u)
#define LANES (128u * ROWS / SEQUENCES)
shared vec4 state[SEQUENCES][HIDDEN_QUADS];  // h

void main() {
  uint run = gl_WorkGroupID.z;
  uint first_sequence = gl_WorkGroupID.x * SEQUENCES;
  uint lane = gl_LocalInvocationID.x % LANES;
  uint group = gl_LocalInvocationID.x / LANES * ROWS;  // first of this invocation's sequences
  uint parameter_base = policy_indices[run * p.policy_index_stride] * p.parameter_stride;
  uint weight_base = (parameter_base + p.weight_offset) / 4u;
  uint bias_base = (parameter_base + p.bias_offset) / 4u;
  uint hidden_base = run * (p.hidden_stride / 4u);
  uint gate_base = run * (p.gate_stride / 4u);

  for (uint unit = lane; unit < HIDDEN_QUADS; unit += LANES) {
    [[unroll]] for (uint i = 0u; i < ROWS; ++i) {
      uint sequence = min(first_sequence + group + i, p.sequences - 1u);
      uint row = p.first_step * p.sequences + sequence;
      state[group + i][unit] = LOAD4(previous, hidden_base + row * HIDDEN_QUADS + unit);
    }
  }
  barrier();

  uint step_count = row_counts[run * p.row_count_stride + ROW_COUNT_ALL] != 0u ? p.step_count : 0u;
  for (uint step = p.first_step; step < p.first_step + step_count; ++step) {
    bool has_next = step + 1u < p.steps;
    for (uint unit = lane; unit < HIDDEN_QUADS; unit += LANES) {
      vec4 sum[ROWS][3];
      vec4 bias = LOAD4(parameters, bias_base + unit);
      [[unroll]] for (uint i = 0u; i < ROWS; ++i) {
        sum[i][0] = vec4(0.0);
        sum[i][1] = vec4(0.0);
        sum[i][2] = bias;
      }
      uint weight = weight_base + unit;
      for (uint depth = 0u; depth < HIDDEN_QUADS; ++depth) {
        vec4 h[ROWS];
        [[unroll]] for (uint i = 0u; i < ROWS; ++i) h[i] = state[group + i][depth];
        [[unroll]] for (uint k = 0u; k < 4u; ++k) {
          [[unroll]] for (uint gate = 0u; gate < 3u; ++gate) {
            vec4 w = LOAD4(parameters, weight + (3u * k + gate) * HIDDEN_QUADS);
            [[unroll]] for (uint i = 0u; i < ROWS; ++i) sum[i][gate] = fma(vec4(h[i][k]), w, sum[i][gate]);
          }
        }
        weight += 12u * HIDDEN_QUADS;
      }
      [[unroll]] for (uint i = 0u; i < ROWS; ++i) {
        uint sequence = first_sequence + group + i;
        if (sequence < p.sequences) {
          uint row = step * p.sequences + sequence;
          uint place = hidden_base + row * HIDDEN_QUADS + unit;
          uint gate_place = gate_base + row * 3u * HIDDEN_QUADS + unit;
          vec4 r = sigmoid(gates[gate_place] + sum[i][0]);
          vec4 z = sigmoid(gates[gate_place + HIDDEN_QUADS] + sum[i][1]);
          vec4 n = hyperbolic_tangent(fma(r, sum[i][2], gates[gate_place + 2u * HIDDEN_QUADS]));
          hidden[place] = next_hidden(z, n, state[group + i][unit]);
#ifdef TRAINING
          gates[gate_place] = r;
          gates[gate_place + HIDDEN_QUADS] = z;
          gates[gate_place + 2u * HIDDEN_QUADS] = n;
          products[place] = sum[i][2];
#endif
        }
      }
    }
    barrier();  // everyone has read the states
    if (has_next) {
      for (uint unit = lane; unit < HIDDEN_QUADS; unit += LANES) {
        [[unroll]] for (uint i = 0u; i < ROWS; ++i) {
          uint sequence = first_sequence + group + i;
          if (sequence < p.sequences) {
            uint row = step * p.sequences + sequence;
            uint place = hidden_base + row * HIDDEN_QUADS + unit;
            bool reset = resets[run * p.reset_stride + row + p.sequences] != 0u;
            vec4 h = reset ? vec4(0.0) : hidden[place];  // which this invocation wrote
            following[place + p.sequences * HIDDEN_QUADS] = h;
            state[group + i][unit] = h;
          }
        }
      }
    }
    barrier();
  }
}
