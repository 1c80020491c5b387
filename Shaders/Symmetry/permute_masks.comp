#version 450
// Legal masks as the policy sees them, in place:  mask'[k] = mask[table[g][k]],  g = the symmetry of the row,
//   table[g] = the inverse of its permutation of actions
//
// One workgroup of 64 holds GROUP_ROWS rows in shared memory; an invocation makes one word of one row after the other.
// x = GROUP_ROWS rows of row block `block`, y = run of the window.
#include "Common/buffers.glsl"
#include "Symmetry/symmetry.h"
#include "Symmetry/symmetry_table.glsl"

layout(local_size_x = 64) in;
layout(push_constant) uniform Push { SymmetryDispatch p; };

INPUT(0, uint, symmetries);    // (R, blocks, N, A)
INPUT(1, uint, action_table);  // (G, action_words)
IN_OUT(2, uint, legal_masks);  // (R, blocks, N, A, M)

shared uint masks[GROUP_ROWS * MASK_WORDS];

void main() {
  uint run = gl_WorkGroupID.y;
  uint rows = p.environments * AGENTS;
  uint first = gl_WorkGroupID.x * GROUP_ROWS;
  uint words = min(GROUP_ROWS, rows - first) * MASK_WORDS;
  uint target = run * p.mask_stride + (p.block * rows + first) * MASK_WORDS;
  for (uint i = gl_LocalInvocationID.x; i < words; i += 64u) masks[i] = legal_masks[target + i];
  barrier();
  for (uint i = gl_LocalInvocationID.x; i < words; i += 64u) {
    uint row = i / MASK_WORDS;
    uint begin = 32u * (i % MASK_WORDS);
    uint table_row = symmetries[run * p.symmetry_stride + p.block * rows + first + row] * p.action_words;
    uint bits = 0u;
    for (uint k = begin; k < min(begin + 32u, ACTIONS); ++k) {
      uint source = TABLE_PLACE(action_table, table_row, k);
      bits |= ((masks[row * MASK_WORDS + source / 32u] >> (source % 32u)) & 1u) << (k - begin);
    }
    legal_masks[target + i] = bits;
  }
}
