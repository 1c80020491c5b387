// Products of 16 x 16 fragments in float16, summed in float32, by the matrix units of a device (GL_NV_cooperative_matrix).
//
//   C += A B     A (GROUP_ROWS, DEPTH), B (DEPTH, GROUP_COLUMNS), C (GROUP_ROWS, GROUP_COLUMNS)
//
// A workgroup of 128 computes C: each of its four subgroups, which are full and of 32, a quarter of TILE_ROWS x
// TILE_COLUMNS. A and B stand in shared memory, eight float16 to a uvec4, row by row or, with A_COLUMN_MAJOR or B_COLUMN_MAJOR, column by column.
//
// EMULATED_FRAGMENTS does the same sums with ordinary instructions, so that everything around them can be tested on any
// device. This file is included first, since its extensions must come before everything else.
#ifndef EMULATED_FRAGMENTS
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_NV_cooperative_matrix : require
#endif

#include "Network/precision.glsl"

layout(local_size_x = 128) in;

const uint DEPTH = 32u;
const uint GROUP_ROWS = 2u * TILE_ROWS;
const uint GROUP_COLUMNS = 2u * TILE_COLUMNS;
const uint FRAGMENTS_DOWN = TILE_ROWS / 16u;
const uint FRAGMENTS_ACROSS = TILE_COLUMNS / 16u;

// Pitches in uvec4, one more than needed against bank conflicts.
#ifdef A_COLUMN_MAJOR
const uint A_LINES = DEPTH;
const uint A_OCTETS = GROUP_ROWS / 8u;
#else
const uint A_LINES = GROUP_ROWS;
const uint A_OCTETS = DEPTH / 8u;
#endif
#ifdef B_COLUMN_MAJOR
const uint B_LINES = GROUP_COLUMNS;
const uint B_OCTETS = DEPTH / 8u;
#else
const uint B_LINES = DEPTH;
const uint B_OCTETS = GROUP_COLUMNS / 8u;
#endif
const uint A_PITCH = A_OCTETS + 1u;
const uint B_PITCH = B_OCTETS + 1u;

shared uvec4 a_tile[A_LINES * A_PITCH];
shared uvec4 b_tile[B_LINES * B_PITCH];
shared uvec4 stage[4u * 64u];  // one fragment of C per subgroup, row by row, four float32 to a uvec4

#ifdef EMULATED_FRAGMENTS
uint subgroup() { return gl_LocalInvocationIndex / 32u; }
uint lane() { return gl_LocalInvocationIndex % 32u; }
#else
uint subgroup() { return gl_SubgroupID; }
uint lane() { return gl_SubgroupInvocationID; }
#endif

// The row and the first of 8 columns, in a fragment of C, that an invocation moves from and to the stage.
uint fragment_row() { return lane() / 2u; }
uint fragment_column() { return lane() % 2u * 8u; }

// 4 of these columns on the stage.
uint stage_place(uint quad) { return subgroup() * 64u + fragment_row() * 4u + fragment_column() / 4u + quad; }
vec4 from_stage(uint quad) { return uintBitsToFloat(stage[stage_place(quad)]); }
void to_stage(uint quad, vec4 x) { stage[stage_place(quad)] = floatBitsToUint(x); }

// Where this subgroup's quarter of C begins.
uint quarter_row() { return subgroup() / 2u * TILE_ROWS; }
uint quarter_column() { return subgroup() % 2u * TILE_COLUMNS; }

uvec4 eight_float16(vec4 low, vec4 high) {
  uvec4 a = float16_bits(low);
  uvec4 b = float16_bits(high);
  return uvec4(a.xz | (a.yw << 16), b.xz | (b.yw << 16));
}

// The uvec4 of a_tile at which the 16 x 16 operand with this first row and depth begins; the same of b_tile.
uint a_start(uint row, uint depth) {
#ifdef A_COLUMN_MAJOR
  return depth * A_PITCH + row / 8u;
#else
  return row * A_PITCH + depth / 8u;
#endif
}
uint b_start(uint depth, uint column) {
#ifdef B_COLUMN_MAJOR
  return column * B_PITCH + depth / 8u;
#else
  return depth * B_PITCH + column / 8u;
#endif
}

#ifdef EMULATED_FRAGMENTS
#define SUM_FRAGMENT mat2x4  // 8 columns of a row
#define NO_SUM mat2x4(0.0)

float a_element(uint row, uint depth) {
#ifdef A_COLUMN_MAJOR
  uint i = row % 8u;
#else
  uint i = depth % 8u;
#endif
  return float16_values(uvec4(a_tile[a_start(row, depth)][i / 2u] >> (16u * (i % 2u)))).x;
}
float b_element(uint depth, uint column) {
#ifdef B_COLUMN_MAJOR
  uint i = depth % 8u;
#else
  uint i = column % 8u;
#endif
  return float16_values(uvec4(b_tile[b_start(depth, column)][i / 2u] >> (16u * (i % 2u)))).x;
}

void multiply_slice(inout SUM_FRAGMENT sum[FRAGMENTS_DOWN][FRAGMENTS_ACROSS]) {
  for (uint k = 0u; k < DEPTH; ++k) {
    [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) {
      float a = a_element(quarter_row() + 16u * i + fragment_row(), k);
      [[unroll]] for (uint j = 0u; j < FRAGMENTS_ACROSS; ++j) {
        [[unroll]] for (uint n = 0u; n < 8u; ++n) {
          float b = b_element(k, quarter_column() + 16u * j + fragment_column() + n);
          sum[i][j][n / 4u][n % 4u] = fma(a, b, sum[i][j][n / 4u][n % 4u]);
        }
      }
    }
  }
}

void load_sum(out SUM_FRAGMENT sum) { sum = mat2x4(from_stage(0u), from_stage(1u)); }
void store_sum(SUM_FRAGMENT sum) {
  to_stage(0u, sum[0]);
  to_stage(1u, sum[1]);
}
#else
#define SUM_FRAGMENT fcoopmatNV<32, gl_ScopeSubgroup, 16, 16>
#define NO_SUM SUM_FRAGMENT(0.0)
#define OPERAND_FRAGMENT fcoopmatNV<16, gl_ScopeSubgroup, 16, 16>

#ifdef A_COLUMN_MAJOR
const bool A_BY_COLUMNS = true;
#else
const bool A_BY_COLUMNS = false;
#endif
#ifdef B_COLUMN_MAJOR
const bool B_BY_COLUMNS = true;
#else
const bool B_BY_COLUMNS = false;
#endif

void multiply_slice(inout SUM_FRAGMENT sum[FRAGMENTS_DOWN][FRAGMENTS_ACROSS]) {
  [[unroll]] for (uint k = 0u; k < DEPTH; k += 16u) {
    OPERAND_FRAGMENT a[FRAGMENTS_DOWN];
    [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) {
      coopMatLoadNV(a[i], a_tile, a_start(quarter_row() + 16u * i, k), A_PITCH, A_BY_COLUMNS);
    }
    [[unroll]] for (uint j = 0u; j < FRAGMENTS_ACROSS; ++j) {
      OPERAND_FRAGMENT b;
      coopMatLoadNV(b, b_tile, b_start(k, quarter_column() + 16u * j), B_PITCH, B_BY_COLUMNS);
      [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) sum[i][j] = coopMatMulAddNV(a[i], b, sum[i][j]);
    }
  }
}

void load_sum(out SUM_FRAGMENT sum) { coopMatLoadNV(sum, stage, 64u * subgroup(), 4u, false); }
void store_sum(SUM_FRAGMENT sum) { coopMatStoreNV(sum, stage, 64u * subgroup(), 4u, false); }
#endif
