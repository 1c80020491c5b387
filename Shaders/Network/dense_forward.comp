#version 450
// Y = act(X W + b)     X (C, I), W (I, O), b (O), Y (C, O); I and O padded to multiples of 8
//
// Flat family: one invocation keeps a tile of TILE_ROWS x TILE_COLUMNS of Y in registers and sums over I in order.
// x = tile, columns fastest; z = run of the window. Rows at and beyond the row count are not written.
// Only outputs column_begin ..< column_begin + columns of the layer take part.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/activation.glsl"
#include "Network/precision.glsl"

layout(local_size_x = 8) in;
layout(push_constant) uniform Push { DenseDispatch p; };

WIDE_FLOATS(0, inputs);          // (R, C, I / 4)
WIDE_FLOATS(1, parameters);      // (policies, P / 4)
INPUT(2, uint, row_counts);      // (R, counts)
INPUT(3, uint, policy_indices);  // (R)
OUTPUT(4, vec4, outputs);        // (R, C, O / 4)

const uint QUADS = TILE_COLUMNS / 4u;

void main() {
  uint run = gl_GlobalInvocationID.z;
  uint tiles_across = p.columns / TILE_COLUMNS;
  uint row = gl_GlobalInvocationID.x / tiles_across * TILE_ROWS;
  uint column = p.column_begin + gl_GlobalInvocationID.x % tiles_across * TILE_COLUMNS;
  uint count = min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]);
  uint steps = row < count ? p.inputs / 4u : 0u;

  uint parameter_base = policy_indices[run * p.policy_index_stride] * p.parameter_stride;
  uint bias = (parameter_base + p.bias_offset + column) / 4u;
  uint weight = (parameter_base + p.weight_offset + column) / 4u;
  uint weight_pitch = p.outputs / 4u;
  uint x_pitch = p.inputs / 4u;
  uint x_base = (run * p.input_stride + row * p.inputs) / 4u;

  vec4 sum[TILE_ROWS][QUADS];
  [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
    vec4 b = LOAD4(parameters, bias + j);
    [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) sum[i][j] = b;
  }
  for (uint step = 0u; step < steps; ++step) {
    vec4 x[TILE_ROWS];
    [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) x[i] = operand(LOAD4(inputs, x_base + i * x_pitch + step));
    [[unroll]] for (uint k = 0u; k < 4u; ++k) {
      [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
        vec4 w = operand(LOAD4(parameters, weight + k * weight_pitch + j));
        [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) sum[i][j] = fma(vec4(x[i][k]), w, sum[i][j]);
      }
    }
    weight += 4u * weight_pitch;
  }

  uint y = (run * p.output_stride + row * p.outputs + column) / 4u;
  [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
    if (row + i < count) {
      [[unroll]] for (uint j = 0u; j < QUADS; ++j) outputs[y + i * weight_pitch + j] = activate(sum[i][j]);
    }
  }
}
