#version 450
// transposed[j, i] = W[i, j]     W (I, O) of one layer, transposed (O, I); I and O are multiples of 4
//
// For kernels whose neighbouring invocations read neighbouring inputs of W^T. A workgroup of 8 x 8 turns a tile of 32 x 32 in shared
// memory, so that both sides are read and written along their rows; invocation = four columns of one row of the tile, for
// four rows. Workgroup x = 32 columns, y = 32 rows, z = run of the window.
#include "Common/buffers.glsl"
#include "Network/network.h"

layout(local_size_x = 8, local_size_y = 8) in;
layout(push_constant) uniform Push { TransposeDispatch p; };

WIDE_FLOATS(0, parameters);      // (policies, P / 4)
INPUT(1, uint, policy_indices);  // (R)
OUTPUT(2, vec4, transposed);     // (R, O, I / 4)

shared float tile[TRANSPOSE_TILE][TRANSPOSE_TILE + 1u];  // [row][column]; the odd pitch keeps columns in different banks

void main() {
  uint run = gl_WorkGroupID.z;
  uvec2 local = gl_LocalInvocationID.xy;
  uvec2 corner = TRANSPOSE_TILE * gl_WorkGroupID.xy;  // column, row
  uint weight = (policy_indices[run * p.policy_index_stride] * p.parameter_stride + p.weight_offset) / 4u;
  [[unroll]] for (uint i = 0u; i < TRANSPOSE_TILE; i += 8u) {
    uvec2 place = corner + uvec2(4u * local.x, local.y + i);
    bool inside = place.x < p.outputs && place.y < p.inputs;
    vec4 four = inside ? LOAD4(parameters, weight + (place.y * p.outputs + place.x) / 4u) : vec4(0.0);
    [[unroll]] for (uint k = 0u; k < 4u; ++k) tile[local.y + i][4u * local.x + k] = four[k];
  }
  barrier();
  [[unroll]] for (uint i = 0u; i < TRANSPOSE_TILE; i += 8u) {
    uvec2 place = corner.yx + uvec2(4u * local.x, local.y + i);  // input, output
    vec4 four;
    [[unroll]] for (uint k = 0u; k < 4u; ++k) four[k] = tile[4u * local.x + k][local.y + i];
    if (place.x < p.inputs && place.y < p.outputs) {
      transposed[(run * p.transposed_stride + place.y * p.inputs + place.x) / 4u] = four;
    }
  }
}
