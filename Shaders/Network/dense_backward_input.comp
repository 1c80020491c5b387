#version 450
// dX = (dY W^T) * act'(X)     or, with ACCUMULATE, dX += (dY W^T) * act'(X)
//   dY (C, O), W (I, O), X and dX (C, I); X holds activated values, so act' is a function of X
//
// Flat family: one invocation keeps a tile of TILE_ROWS x TILE_COLUMNS of dX in registers and sums over O in order.
// x = tile, columns fastest; z = run of the window. Rows at and beyond the row count are not written.
// Only outputs column_begin ..< column_begin + columns of the layer take part.
#include "Common/buffers.glsl"
#include "Network/network.h"
#include "Network/activation.glsl"
#include "Network/precision.glsl"

layout(local_size_x = 8) in;
layout(push_constant) uniform Push { DenseDispatch p; };

WIDE_FLOATS(0, output_gradients);  // (R, C, O / 4)
WIDE_FLOATS(1, parameters);        // (policies, P / 4)
WIDE_FLOATS(2, inputs);            // (R, C, I / 4)
INPUT(3, uint, row_counts);        // (R, counts)
INPUT(4, uint, policy_indices);    // (R)
IN_OUT(5, vec4, input_gradients);  // (R, C, I / 4)

const uint QUADS = TILE_COLUMNS / 4u;

void main() {
  uint run = gl_GlobalInvocationID.z;
  uint tiles_across = p.inputs / TILE_COLUMNS;
  uint row = gl_GlobalInvocationID.x / tiles_across * TILE_ROWS;
  uint column = gl_GlobalInvocationID.x % tiles_across * TILE_COLUMNS;
  uint count = min(p.rows, row_counts[run * p.row_count_stride + p.row_count_index]);
  uint pitch = p.outputs / 4u;
  uint steps = row < count ? p.columns / 4u : 0u;

  uint parameter_base = policy_indices[run * p.policy_index_stride] * p.parameter_stride;
  uint weight = (parameter_base + p.weight_offset + column * p.outputs + p.column_begin) / 4u;
  uint dy_base = (run * p.output_stride + row * p.outputs + p.column_begin) / 4u;

  vec4 sum[TILE_ROWS][QUADS];
  [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
    [[unroll]] for (uint j = 0u; j < QUADS; ++j) sum[i][j] = vec4(0.0);
  }
  for (uint step = 0u; step < steps; ++step) {
    vec4 dy[TILE_ROWS];
    [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
      dy[i] = operand(SCALED(LOAD4(output_gradients, dy_base + i * pitch + step)));
    }
    [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
      mat4 w;
      [[unroll]] for (uint k = 0u; k < 4u; ++k) {
        w[k] = operand(LOAD4(parameters, weight + (4u * j + k) * pitch + step));
      }
      w = transpose(w);
      [[unroll]] for (uint k = 0u; k < 4u; ++k) {
        [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) sum[i][j] = fma(vec4(dy[i][k]), w[k], sum[i][j]);
      }
    }
  }

  uint x = (run * p.input_stride + row * p.inputs + column) / 4u;
  [[unroll]] for (uint i = 0u; i < TILE_ROWS; ++i) {
    if (row + i < count) {
      [[unroll]] for (uint j = 0u; j < QUADS; ++j) {
        uint place = x + i * (p.inputs / 4u) + j;
        vec4 product = UNSCALED(sum[i][j]);
        vec4 derivative = activation_derivative(LOAD4(inputs, place));
#ifdef ACCUMULATE
        input_gradients[place] = fma(product, derivative, input_gradients[place]);
#else
        input_gradients[place] = product * derivative;
#endif
      }
    }
  }
}
