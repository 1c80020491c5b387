#version 450
// The actions of policies as the environments know them:  environment_actions = table[g][actions],  g = the symmetry of
//   the row,  table[g] = the inverse of its permutation of actions
//
// One invocation per (run, environment, seat) of transition `block`.
#include "Common/buffers.glsl"
#include "Symmetry/symmetry.h"
#include "Symmetry/symmetry_table.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { SymmetryDispatch p; };

INPUT(0, uint, symmetries);            // (R, T + 1, N, A)
INPUT(1, uint, action_table);          // (G, action_words)
INPUT(2, uint, actions);               // (R, T, N, A)
OUTPUT(3, uint, environment_actions);  // (R, T, N, A)

void main() {
  uint rows = p.environments * AGENTS;
  uint run = gl_GlobalInvocationID.y;
  if (gl_GlobalInvocationID.x >= rows) return;
  uint row = p.block * rows + gl_GlobalInvocationID.x;
  uint table_row = symmetries[run * p.symmetry_stride + row] * p.action_words;
  uint action = actions[run * p.action_stride + row];
  environment_actions[run * p.action_stride + row] = TABLE_PLACE(action_table, table_row, action);
}
