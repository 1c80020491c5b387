// Products of float16 matrices by the matrix units of a device (GL_KHR_cooperative_matrix), summed in float32.
//
//   C += A B     A (GROUP_ROWS, DEPTH), B (DEPTH, GROUP_COLUMNS), C (GROUP_ROWS, GROUP_COLUMNS)
//
// A workgroup of 256 computes C. Each of its subgroups, which are full and of SUBGROUP_SIZE, keeps OWN_ROWS x OWN_COLUMNS
// of it in fragments of FRAGMENT_ROWS x FRAGMENT_COLUMNS. A and B stand in shared memory, eight float16 to a uvec4, row by
// row or, with A_COLUMN_MAJOR or B_COLUMN_MAJOR, column by column. The next slice of both is on its way to registers while
// one is multiplied.
//
// Sizes, and how operands lie in memory, are specialisation constants, so that one module serves every device and layer.
// EMULATED_FRAGMENTS does the same sums with ordinary instructions, so that everything around them can be tested on any
// device. This file is included first, since its extensions must come before everything else.
#ifndef EMULATED_FRAGMENTS
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_EXT_spirv_intrinsics : require
// Ties to even where a fragment becomes one of float16: SPV_KHR_float_controls, RoundingModeRTE of 16-bit numbers.
spirv_execution_mode(extensions = ["SPV_KHR_float_controls"], capabilities = [4467], 4462, 16);
#endif
#define PRECISION_MIXED
#include "Network/dense_layer.h"
#include "Network/precision.glsl"
#include "Common/buffers.glsl"

layout(local_size_x = PRODUCT_INVOCATIONS) in;

layout(constant_id = PRODUCT_GROUP_ROWS) const uint GROUP_ROWS = 128u;
layout(constant_id = PRODUCT_GROUP_COLUMNS) const uint GROUP_COLUMNS = 128u;
layout(constant_id = PRODUCT_FRAGMENT_ROWS) const uint FRAGMENT_ROWS = 16u;
layout(constant_id = PRODUCT_FRAGMENT_COLUMNS) const uint FRAGMENT_COLUMNS = 16u;
layout(constant_id = PRODUCT_FRAGMENT_DEPTH) const uint FRAGMENT_DEPTH = 16u;
layout(constant_id = PRODUCT_SUBGROUP_SIZE) const uint SUBGROUP_SIZE = 32u;
layout(constant_id = PRODUCT_SUBGROUPS_ACROSS) const uint SUBGROUPS_ACROSS = 2u;
// Enough for A and B, for FRAGMENT_ROWS rows of C in float32, and for a fragment of every subgroup in float32.
layout(constant_id = PRODUCT_SHARED_OCTETS) const uint SHARED_OCTETS = 1280u;
// What is not float16 in memory: X and dX, or Y and dY. Gradients are scaled where they are float16.
layout(constant_id = PRODUCT_FLOAT32_INPUTS) const bool FLOAT32_INPUTS = false;
layout(constant_id = PRODUCT_FLOAT32_OUTPUTS) const bool FLOAT32_OUTPUTS = false;
layout(constant_id = PRODUCT_ACTIVATION) const uint ACTIVATION = 0u;
layout(constant_id = PRODUCT_ACCUMULATES) const bool ACCUMULATES = false;

#define ACTIVATION_CONSTANT
#include "Network/activation.glsl"

const uint DEPTH = PRODUCT_DEPTH;
const uint SUBGROUPS_DOWN = PRODUCT_INVOCATIONS / SUBGROUP_SIZE / SUBGROUPS_ACROSS;
const uint OWN_ROWS = GROUP_ROWS / SUBGROUPS_DOWN;
const uint OWN_COLUMNS = GROUP_COLUMNS / SUBGROUPS_ACROSS;
const uint FRAGMENTS_DOWN = OWN_ROWS / FRAGMENT_ROWS;
const uint FRAGMENTS_ACROSS = OWN_COLUMNS / FRAGMENT_COLUMNS;

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
const uint B_START = A_LINES * A_PITCH;

shared uvec4 tiles[SHARED_OCTETS];

#ifdef EMULATED_FRAGMENTS
uint subgroup() { return gl_LocalInvocationIndex / SUBGROUP_SIZE; }
uint lane() { return gl_LocalInvocationIndex % SUBGROUP_SIZE; }
#else
uint subgroup() { return gl_SubgroupID; }
uint lane() { return gl_SubgroupInvocationID; }
#endif

// Where this subgroup's part of C begins.
uint own_row() { return subgroup() / SUBGROUPS_ACROSS * OWN_ROWS; }
uint own_column() { return subgroup() % SUBGROUPS_ACROSS * OWN_COLUMNS; }

uvec4 eight_float16(vec4 low, vec4 high) {
  uvec4 a = float16_bits(low);
  uvec4 b = float16_bits(high);
  return uvec4(a.xz | (a.yw << 16), b.xz | (b.yw << 16));
}

// The uvec4 of the tiles at which the operand with this first row and depth begins; the same of B.
uint a_start(uint row, uint depth) {
#ifdef A_COLUMN_MAJOR
  return depth * A_PITCH + row / 8u;
#else
  return row * A_PITCH + depth / 8u;
#endif
}
uint b_start(uint depth, uint column) {
#ifdef B_COLUMN_MAJOR
  return B_START + column * B_PITCH + depth / 8u;
#else
  return B_START + depth * B_PITCH + column / 8u;
#endif
}

// The octets of a slice that an invocation carries from memory to the tiles.
const uint A_SHARE = (A_LINES * A_OCTETS + PRODUCT_INVOCATIONS - 1u) / PRODUCT_INVOCATIONS;
const uint B_SHARE = (B_LINES * B_OCTETS + PRODUCT_INVOCATIONS - 1u) / PRODUCT_INVOCATIONS;
uvec4 a_next[A_SHARE];
uvec4 b_next[B_SHARE];

// Octet PLACE of a buffer as float16, SCALE being for float32 alone.
#define READ_OCTET(TARGET, ARRAY, IS_FLOAT32, PLACE, SCALE)                      \
  if (IS_FLOAT32) {                                                              \
    TARGET = eight_float16(uintBitsToFloat(ARRAY[2u * (PLACE)]) * (SCALE),       \
                           uintBitsToFloat(ARRAY[2u * (PLACE) + 1u]) * (SCALE)); \
  } else {                                                                       \
    TARGET = ARRAY[PLACE];                                                       \
  }

void keep_slice() {
  [[unroll]] for (uint i = 0u; i < A_SHARE; ++i) {
    uint place = gl_LocalInvocationIndex + PRODUCT_INVOCATIONS * i;
    if (place < A_LINES * A_OCTETS) tiles[place / A_OCTETS * A_PITCH + place % A_OCTETS] = a_next[i];
  }
  [[unroll]] for (uint i = 0u; i < B_SHARE; ++i) {
    uint place = gl_LocalInvocationIndex + PRODUCT_INVOCATIONS * i;
    if (place < B_LINES * B_OCTETS) tiles[B_START + place / B_OCTETS * B_PITCH + place % B_OCTETS] = b_next[i];
  }
}

// A fragment of C, which has so many PARTS; PART is a float or, emulated, four in a row. ROUNDED is the same in float16.
#ifdef EMULATED_FRAGMENTS
const uint QUADS = FRAGMENT_ROWS * FRAGMENT_COLUMNS / SUBGROUP_SIZE / 4u;
struct Fragment { vec4 quads[QUADS]; };
#define FRAGMENT Fragment
#define PARTS(F) QUADS
#define PART(F, I) F.quads[I]
#define ZERO vec4(0.0)

uint fragment_row() { return lane() * QUADS * 4u / FRAGMENT_COLUMNS; }
uint fragment_column() { return lane() * QUADS * 4u % FRAGMENT_COLUMNS; }

// From and to an array of uvec4, row by row.
#define LOAD_FRAGMENT(F, ARRAY, START, PITCH)                                                      \
  [[unroll]] for (uint q = 0u; q < QUADS; ++q) {                                                   \
    F.quads[q] =                                                                                   \
        uintBitsToFloat(ARRAY[(START) + fragment_row() * (PITCH) + fragment_column() / 4u + q]); \
  }
#define STORE_FRAGMENT(F, ARRAY, START, PITCH)                                                     \
  [[unroll]] for (uint q = 0u; q < QUADS; ++q) {                                                   \
    ARRAY[(START) + fragment_row() * (PITCH) + fragment_column() / 4u + q] = floatBitsToUint(F.quads[q]); \
  }
#define LOAD_ROUNDED(F, ARRAY, START, PITCH)                                                                 \
  [[unroll]] for (uint q = 0u; q < QUADS; ++q) {                                                             \
    uint column = fragment_column() + 4u * q;                                                                \
    uvec4 octet = ARRAY[(START) + fragment_row() * (PITCH) + column / 8u];                                   \
    uvec2 halves = column % 8u == 0u ? octet.xy : octet.zw;                                                  \
    F.quads[q] = float16_values(uvec4(halves.x, halves.x >> 16, halves.y, halves.y >> 16));                  \
  }
#define STORE_ROUNDED(F, ARRAY, START, PITCH)                                                                \
  [[unroll]] for (uint q = 0u; q < QUADS; ++q) {                                                             \
    uint column = fragment_column() + 4u * q;                                                                \
    uint place = (START) + fragment_row() * (PITCH) + column / 8u;                                           \
    uvec4 halves = float16_bits(F.quads[q]);                                                                 \
    ARRAY[place][column % 8u / 2u] = halves.x | (halves.y << 16);                                            \
    ARRAY[place][column % 8u / 2u + 1u] = halves.z | (halves.w << 16);                                       \
  }
#else
#define FRAGMENT coopmat<float, gl_ScopeSubgroup, FRAGMENT_ROWS, FRAGMENT_COLUMNS, gl_MatrixUseAccumulator>
#define ROUNDED coopmat<float16_t, gl_ScopeSubgroup, FRAGMENT_ROWS, FRAGMENT_COLUMNS, gl_MatrixUseAccumulator>
#define A_FRAGMENT coopmat<float16_t, gl_ScopeSubgroup, FRAGMENT_ROWS, FRAGMENT_DEPTH, gl_MatrixUseA>
#define B_FRAGMENT coopmat<float16_t, gl_ScopeSubgroup, FRAGMENT_DEPTH, FRAGMENT_COLUMNS, gl_MatrixUseB>
#define PARTS(F) F.length()
#define PART(F, I) F[I]
#define ZERO 0.0

// x, but finite numbers beyond float16's range become its largest.
float limited(float x) {
  uint magnitude = floatBitsToUint(x) & 0x7FFFFFFFu;
  return magnitude > 0x477FE000u && magnitude < 0x7F800000u ? sign(x) * 65504.0 : x;
}

#define LOAD_FRAGMENT(F, ARRAY, START, PITCH) \
  coopMatLoad(F, ARRAY, START, PITCH, gl_CooperativeMatrixLayoutRowMajor)
#define STORE_FRAGMENT(F, ARRAY, START, PITCH) \
  coopMatStore(F, ARRAY, START, PITCH, gl_CooperativeMatrixLayoutRowMajor)
#define LOAD_ROUNDED(F, ARRAY, START, PITCH)                                       \
  {                                                                                \
    ROUNDED halves;                                                                \
    coopMatLoad(halves, ARRAY, START, PITCH, gl_CooperativeMatrixLayoutRowMajor);  \
    F = FRAGMENT(halves);                                                          \
  }
#define STORE_ROUNDED(F, ARRAY, START, PITCH)                                              \
  {                                                                                        \
    [[unroll]] for (uint part = 0u; part < F.length(); ++part) F[part] = limited(F[part]); \
    ROUNDED halves = ROUNDED(F);                                                           \
    coopMatStore(halves, ARRAY, START, PITCH, gl_CooperativeMatrixLayoutRowMajor);         \
  }
#endif

FRAGMENT sums[FRAGMENTS_DOWN][FRAGMENTS_ACROSS];
#ifdef SUMS_COLUMNS
// Column sums of B in all rows, where this subgroup has the first of them.
FRAGMENT column_sums[FRAGMENTS_ACROSS];
bool sums_columns;
#endif

// Every row of C = FRAGMENT_ROWS rows that stand in the tiles, as float32.
#define LOAD_REPEATED(F, COLUMN) LOAD_FRAGMENT(F, tiles, (COLUMN) / 4u, GROUP_COLUMNS / 4u)

// Fragments at the edges of C go through shared memory, eight columns of a row at a time, and all subgroups together.
const uint FRAGMENT_OCTETS = FRAGMENT_ROWS * FRAGMENT_COLUMNS / 8u;
const uint STAGE_PITCH = FRAGMENT_COLUMNS / 4u;
uint stage() { return subgroup() * FRAGMENT_OCTETS * 2u; }

// F = the fragment that begins at octet START of a buffer with PITCH octets per row; 0 beyond ROWS and COLUMNS, which are
// counted from there. EDGES is the same for all of a workgroup.
#define READ_FRAGMENT(F, ARRAY, IS_FLOAT32, START, PITCH, EDGES, ROWS, COLUMNS)                                   \
  if (EDGES) {                                                                                                    \
    barrier();                                                                                                    \
    for (uint octet = lane(); octet < FRAGMENT_OCTETS; octet += SUBGROUP_SIZE) {                                  \
      uint stage_row = octet / (FRAGMENT_COLUMNS / 8u);                                                           \
      uint stage_octet = octet % (FRAGMENT_COLUMNS / 8u);                                                         \
      uvec4 low = uvec4(0u);                                                                                      \
      uvec4 high = uvec4(0u);                                                                                     \
      if (stage_row < (ROWS) && 8u * stage_octet < (COLUMNS)) {                                                   \
        uint from = (START) + stage_row * (PITCH) + stage_octet;                                                  \
        if (IS_FLOAT32) {                                                                                         \
          low = ARRAY[2u * from];                                                                                 \
          high = ARRAY[2u * from + 1u];                                                                           \
        } else {                                                                                                  \
          uvec4 halves = ARRAY[from];                                                                             \
          low = floatBitsToUint(float16_values(uvec4(halves.x, halves.x >> 16, halves.y, halves.y >> 16)));       \
          high = floatBitsToUint(float16_values(uvec4(halves.z, halves.z >> 16, halves.w, halves.w >> 16)));      \
        }                                                                                                         \
      }                                                                                                           \
      tiles[stage() + stage_row * STAGE_PITCH + 2u * stage_octet] = low;                                          \
      tiles[stage() + stage_row * STAGE_PITCH + 2u * stage_octet + 1u] = high;                                    \
    }                                                                                                             \
    barrier();                                                                                                    \
    LOAD_FRAGMENT(F, tiles, stage(), STAGE_PITCH);                                                                \
  } else if (IS_FLOAT32) {                                                                                        \
    LOAD_FRAGMENT(F, ARRAY, 2u * (START), 2u * (PITCH));                                                          \
  } else {                                                                                                        \
    LOAD_ROUNDED(F, ARRAY, START, PITCH);                                                                         \
  }

// The way back; F may be rounded on it.
#define WRITE_FRAGMENT(F, ARRAY, IS_FLOAT32, START, PITCH, EDGES, ROWS, COLUMNS)                                  \
  if (EDGES) {                                                                                                    \
    barrier();                                                                                                    \
    STORE_FRAGMENT(F, tiles, stage(), STAGE_PITCH);                                                               \
    barrier();                                                                                                    \
    for (uint octet = lane(); octet < FRAGMENT_OCTETS; octet += SUBGROUP_SIZE) {                                  \
      uint stage_row = octet / (FRAGMENT_COLUMNS / 8u);                                                           \
      uint stage_octet = octet % (FRAGMENT_COLUMNS / 8u);                                                         \
      if (stage_row < (ROWS) && 8u * stage_octet < (COLUMNS)) {                                                   \
        uint to = (START) + stage_row * (PITCH) + stage_octet;                                                    \
        uvec4 low = tiles[stage() + stage_row * STAGE_PITCH + 2u * stage_octet];                                  \
        uvec4 high = tiles[stage() + stage_row * STAGE_PITCH + 2u * stage_octet + 1u];                            \
        if (IS_FLOAT32) {                                                                                         \
          ARRAY[2u * to] = low;                                                                                   \
          ARRAY[2u * to + 1u] = high;                                                                             \
        } else {                                                                                                  \
          ARRAY[to] = eight_float16(uintBitsToFloat(low), uintBitsToFloat(high));                                 \
        }                                                                                                         \
      }                                                                                                           \
    }                                                                                                             \
  } else if (IS_FLOAT32) {                                                                                        \
    STORE_FRAGMENT(F, ARRAY, 2u * (START), 2u * (PITCH));                                                         \
  } else {                                                                                                        \
    STORE_ROUNDED(F, ARRAY, START, PITCH);                                                                        \
  }

// Rows or columns from `first` to `end`, 0 where it lies behind.
uint left(uint first, uint end) { return max(first, end) - first; }

#ifdef EMULATED_FRAGMENTS
float a_element(uint row, uint depth) {
#ifdef A_COLUMN_MAJOR
  uint i = row % 8u;
#else
  uint i = depth % 8u;
#endif
  return float16_values(uvec4(tiles[a_start(row, depth)][i / 2u] >> (16u * (i % 2u)))).x;
}
// Four columns from a multiple of four on.
vec4 b_elements(uint depth, uint column) {
#ifdef B_COLUMN_MAJOR
  uint i = depth % 8u;
  uint shift = 16u * (i % 2u);
  return float16_values(uvec4(tiles[b_start(depth, column)][i / 2u], tiles[b_start(depth, column + 1u)][i / 2u],
                              tiles[b_start(depth, column + 2u)][i / 2u], tiles[b_start(depth, column + 3u)][i / 2u])
                        >> shift);
#else
  uvec4 octet = tiles[b_start(depth, column)];
  uvec2 halves = column % 8u == 0u ? octet.xy : octet.zw;
  return float16_values(uvec4(halves.x, halves.x >> 16, halves.y, halves.y >> 16));
#endif
}

void multiply_slice() {
  for (uint k = 0u; k < DEPTH; ++k) {
    float a[FRAGMENTS_DOWN];
    [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) {
      a[i] = a_element(own_row() + FRAGMENT_ROWS * i + fragment_row(), k);
    }
    [[unroll]] for (uint j = 0u; j < FRAGMENTS_ACROSS; ++j) {
      [[unroll]] for (uint q = 0u; q < QUADS; ++q) {
        vec4 b = b_elements(k, own_column() + FRAGMENT_COLUMNS * j + fragment_column() + 4u * q);
        [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) {
          sums[i][j].quads[q] = fma(vec4(a[i]), b, sums[i][j].quads[q]);
        }
#ifdef SUMS_COLUMNS
        if (sums_columns) column_sums[j].quads[q] += b;
#endif
      }
    }
  }
}
#else
#ifdef A_COLUMN_MAJOR
const int A_LAYOUT = gl_CooperativeMatrixLayoutColumnMajor;
#else
const int A_LAYOUT = gl_CooperativeMatrixLayoutRowMajor;
#endif
#ifdef B_COLUMN_MAJOR
const int B_LAYOUT = gl_CooperativeMatrixLayoutColumnMajor;
#else
const int B_LAYOUT = gl_CooperativeMatrixLayoutRowMajor;
#endif

void multiply_slice() {
  [[unroll]] for (uint k = 0u; k < DEPTH; k += FRAGMENT_DEPTH) {
    A_FRAGMENT a[FRAGMENTS_DOWN];
    [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) {
      coopMatLoad(a[i], tiles, a_start(own_row() + FRAGMENT_ROWS * i, k), A_PITCH, A_LAYOUT);
    }
    [[unroll]] for (uint j = 0u; j < FRAGMENTS_ACROSS; ++j) {
      B_FRAGMENT b;
      coopMatLoad(b, tiles, b_start(k, own_column() + FRAGMENT_COLUMNS * j), B_PITCH, B_LAYOUT);
      [[unroll]] for (uint i = 0u; i < FRAGMENTS_DOWN; ++i) sums[i][j] = coopMatMulAdd(a[i], b, sums[i][j]);
#ifdef SUMS_COLUMNS
      if (sums_columns) column_sums[j] = coopMatMulAdd(A_FRAGMENT(float16_t(1.0)), b, column_sums[j]);
#endif
    }
  }
}
#endif
