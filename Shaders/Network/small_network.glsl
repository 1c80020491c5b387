// A small network on the rows of one workgroup, layer after layer, in shared memory: for kernels that do more with it
// (SmallNetwork.swift writes the layers down).
//
//   Y = act(X W + b)    X (SMALL_ROWS, I), W (I, O), b (O), Y (SMALL_ROWS, O); I and O padded to multiples of 8
//
// The same sums in the same order as dense_forward_shared.comp, sparse_base.comp and sparse_forward.comp. The numbers of a
// layer are rows of quads at a place of `numbers`. An invocation has a tile: one quad of columns of SMALL_TILE_ROWS rows, or of
// one row for first layers on lists. Weights come from the caches: all tiles of one quad read the same.
//
// The includer is a workgroup of SMALL_WORKGROUP invocations in x, declares `parameters` and defines SMALL_ROWS, SMALL_QUADS (of
// all layers together, of one row), SEEN_WORDS (of one packed observation) and LOGIT_COLUMNS.
#include "Network/activation.glsl"
#include "Network/precision.glsl"

shared uint seen[SMALL_ROWS * SEEN_WORDS];         // packed observations
shared vec4 numbers[SMALL_ROWS * SMALL_QUADS];
shared float logits[SMALL_ROWS * LOGIT_COLUMNS];
shared float value_outputs[SMALL_ROWS];

vec4 sums[SMALL_TILE_ROWS];  // of the tile in work

// sums = x W + b of a tile; places and widths in quads.
void multiply(uint row, uint column, uint x, uint inputs, uint outputs, uint weights, uint bias) {
  vec4 b = LOAD4(parameters, bias + column);
  [[unroll]] for (uint i = 0u; i < SMALL_TILE_ROWS; ++i) sums[i] = b;
  for (uint depth = 0u; depth < inputs; ++depth) {
    vec4 four[SMALL_TILE_ROWS];
    [[unroll]] for (uint i = 0u; i < SMALL_TILE_ROWS; ++i) four[i] = operand(numbers[x + (row + i) * inputs + depth]);
    [[unroll]] for (uint k = 0u; k < 4u; ++k) {
      vec4 w = operand(LOAD4(parameters, weights + (4u * depth + k) * outputs + column));
      [[unroll]] for (uint i = 0u; i < SMALL_TILE_ROWS; ++i) sums[i] = fma(vec4(four[i][k]), w, sums[i]);
    }
  }
}

// A hidden layer's tile: y = act(x W + b).
void hidden_tile(
    uint row, uint column, uint x, uint inputs, uint y, uint outputs, uint weights, uint bias) {
  multiply(row, column, x, inputs, outputs, weights, bias);
  [[unroll]] for (uint i = 0u; i < SMALL_TILE_ROWS; ++i) numbers[y + (row + i) * outputs + column] = activate(sums[i]);
}

void logit_tile(uint row, uint column, uint x, uint inputs, uint outputs, uint weights, uint bias) {
  multiply(row, column, x, inputs, outputs, weights, bias);
  [[unroll]] for (uint i = 0u; i < SMALL_TILE_ROWS; ++i) {
    [[unroll]] for (uint k = 0u; k < 4u; ++k) logits[(row + i) * LOGIT_COLUMNS + 4u * column + k] = sums[i][k];
  }
}

// The value is the first of its layer's columns; the others are padding.
void value_tile(uint row, uint x, uint inputs, uint outputs, uint weights, uint bias) {
  multiply(row, 0u, x, inputs, outputs, weights, bias);
  [[unroll]] for (uint i = 0u; i < SMALL_TILE_ROWS; ++i) value_outputs[row + i] = sums[i].x;
}

#ifdef LIST_CAPACITY
shared uint entries[SMALL_ROWS * LIST_CAPACITY];
shared uint entry_counts[SMALL_ROWS];
shared vec4 bases[BASE_QUADS];  // of all first layers

uint entry_base;
uint entry_count;

// What exceeds the capacity is dropped, so that a wrong list cannot reach the next row.
void emit(uint feature, int value) {
  if (entry_count >= LIST_CAPACITY) return;
  entries[entry_base + entry_count] = feature | (uint(value) << ENTRY_VALUE_SHIFT);
  ++entry_count;
}

// A quad of what a first layer makes of the static part.
void base_quad(uint column, uint base, uint outputs, uint weights, uint bias) {
  vec4 sum = LOAD4(parameters, bias + column);
  for (uint i = 0u; i < STATIC_COUNT; ++i) {
    uint entry = static_entries[i];
    sum += float(int(entry) >> ENTRY_VALUE_SHIFT) * LOAD4(parameters, weights + column + ENTRY_FEATURE(entry) * outputs);
  }
  bases[base + column] = sum;
}

// Four columns of one row of a first layer.
void listed_quad(uint row, uint column, uint base, uint y, uint outputs, uint weights) {
  vec4 sum = bases[base + column];
  for (uint i = 0u; i < entry_counts[row]; ++i) {
    uint entry = entries[row * LIST_CAPACITY + i];
    vec4 w = LOAD4(parameters, weights + column + ENTRY_FEATURE(entry) * outputs);
    sum = fma(vec4(float(int(entry) >> ENTRY_VALUE_SHIFT)), w, sum);
  }
  numbers[y + row * outputs + column] = activate(sum);
}
#endif
