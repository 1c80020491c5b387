// Products of a few rows and one panel of columns at a time, sums in registers; a panel of B is packed for the first-level
// cache. One version per instruction set, whose registers decide the size of a tile.
#include "host_products.h"
#include "exponential.h"
#include "vectorised.h"

namespace {

constexpr size_t depth_block = 128;

template <size_t Lanes> struct Of {
  typedef float vector __attribute__((vector_size(4 * Lanes), aligned(4), may_alias));
};

struct Operand {
  const float *start;
  size_t row, column;  // elements from one row or column to the next
};

struct Panel {
  const float *start;
  size_t pitch, depth;
};

#define UNROLLED _Pragma("clang loop unroll(full)")

// c (Rows, Columns * Lanes) = a b, added to it if `accumulating`
template <size_t Lanes, size_t Columns, size_t Rows>
ALWAYS_INLINED void multiply_tile(const Operand &a, const Panel &b, float *c, size_t c_pitch, bool accumulating) {
  typedef typename Of<Lanes>::vector vector;
  vector sums[Rows][Columns];
  UNROLLED for (size_t i = 0; i < Rows; ++i) {
    UNROLLED for (size_t j = 0; j < Columns; ++j) {
      sums[i][j] = accumulating ? *(const vector *)(c + i * c_pitch + j * Lanes) : vector{};
    }
  }
  const float *values = a.start, *row = b.start;
  for (size_t k = 0; k < b.depth; ++k, values += a.column, row += b.pitch) {
    vector lanes[Columns];
    UNROLLED for (size_t j = 0; j < Columns; ++j) lanes[j] = *(const vector *)(row + j * Lanes);
    UNROLLED for (size_t i = 0; i < Rows; ++i) {
      const float value = values[i * a.row];
      UNROLLED for (size_t j = 0; j < Columns; ++j) sums[i][j] += value * lanes[j];
    }
  }
  UNROLLED for (size_t i = 0; i < Rows; ++i) {
    UNROLLED for (size_t j = 0; j < Columns; ++j) *(vector *)(c + i * c_pitch + j * Lanes) = sums[i][j];
  }
}

template <size_t Lanes, size_t Columns, size_t Rows>
ALWAYS_INLINED void multiply_panel(Operand a, size_t rows, const Panel &b, float *c, size_t c_pitch,
                                   bool accumulating) {
  for (; rows >= Rows; rows -= Rows, a.start += Rows * a.row, c += Rows * c_pitch) {
    multiply_tile<Lanes, Columns, Rows>(a, b, c, c_pitch, accumulating);
  }
  for (; rows >= 2; rows -= 2, a.start += 2 * a.row, c += 2 * c_pitch) {
    multiply_tile<Lanes, Columns, 2>(a, b, c, c_pitch, accumulating);
  }
  if (rows > 0) multiply_tile<Lanes, Columns, 1>(a, b, c, c_pitch, accumulating);
}

// Columns first ..< first + columns of B, rows k ..< k + depth: without gaps where enough rows of A pay for it.
ALWAYS_INLINED Panel pack(const HostProduct &p, size_t k, size_t depth, size_t first, size_t columns, float *packed) {
  const float *b = p.b_transposed ? p.b + first * p.b_pitch + k : p.b + k * p.b_pitch + first;
  if (!p.b_transposed && (p.b_pitch == columns || p.rows < 48)) return {b, p.b_pitch, depth};
  for (size_t i = 0; i < depth; ++i) {
    for (size_t j = 0; j < columns; ++j) {
      packed[i * columns + j] = p.b_transposed ? b[j * p.b_pitch + i] : b[i * p.b_pitch + j];
    }
  }
  return {packed, columns, depth};
}

// Most * Lanes columns at a time, and what is left in narrower panels.
template <size_t Lanes, size_t Most, size_t Rows> ALWAYS_INLINED void multiply(const HostProduct &p) {
  constexpr size_t width = Lanes * Most;
  alignas(64) float packed[depth_block * width];
  for (size_t k = 0; k < p.depth; k += depth_block) {
    const size_t depth = p.depth - k < depth_block ? p.depth - k : depth_block;
    const bool accumulating = p.accumulating || k > 0;
    const Operand a = p.a_transposed ? Operand{p.a + k * p.a_pitch, 1, p.a_pitch} : Operand{p.a + k, p.a_pitch, 1};
    for (size_t first = 0; first < p.columns; first += width) {
      size_t columns = p.columns - first < width ? p.columns - first : width;
      Panel b = pack(p, k, depth, first, columns, packed);
      float *c = p.c + first;
      const auto advance = [&](size_t done) { columns -= done, b.start += done, c += done; };
      if (columns == width) {
        multiply_panel<Lanes, Most, Rows>(a, p.rows, b, c, p.c_pitch, accumulating);
        continue;
      }
      if constexpr (Most > 2) {
        if (columns >= 2 * Lanes) {
          multiply_panel<Lanes, 2, 2 * Rows>(a, p.rows, b, c, p.c_pitch, accumulating);
          advance(2 * Lanes);
        }
      }
      while (columns >= Lanes) {
        multiply_panel<Lanes, 1, 2 * Rows>(a, p.rows, b, c, p.c_pitch, accumulating);
        advance(Lanes);
      }
      if constexpr (Lanes > 8) {
        if (columns >= 8) {
          multiply_panel<8, 1, 2 * Rows>(a, p.rows, b, c, p.c_pitch, accumulating);
          advance(8);
        }
      }
      while (columns > 0) {
        multiply_panel<1, 1, 2>(a, p.rows, b, c, p.c_pitch, accumulating);
        advance(1);
      }
    }
  }
}

struct Version {
  const char *name;
  void (*multiply)(const HostProduct &);
};

#if defined(__x86_64__)
__attribute__((target("arch=x86-64-v4"), min_vector_width(512))) void multiply_v4(const HostProduct &p) {
  multiply<16, 4, 6>(p);
}
__attribute__((target("arch=x86-64-v3"))) void multiply_v3(const HostProduct &p) { multiply<8, 2, 6>(p); }
void multiply_baseline(const HostProduct &p) { multiply<4, 2, 4>(p); }

Version choose() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return {"x86-64-v4", multiply_v4};
  if (__builtin_cpu_supports("x86-64-v3")) return {"x86-64-v3", multiply_v3};
  return {"baseline", multiply_baseline};
}
#else
void multiply_baseline(const HostProduct &p) { multiply<4, 4, 6>(p); }

Version choose() { return {"baseline", multiply_baseline}; }
#endif

const Version version = choose();

constexpr size_t swapped_rows = 128, swapped_columns = 32, copied_rows = 128;

// C^T = B^T A^T, for few columns below many rows that lie beside each other in memory: wide panels all the same.
void multiply_swapped(const HostProduct &p) {
  alignas(64) float c[swapped_rows * swapped_columns];
  for (size_t first = 0; first < p.rows; first += swapped_rows) {
    const size_t rows = p.rows - first < swapped_rows ? p.rows - first : swapped_rows;
    const auto each = [&](auto body) {
      for (size_t i = 0; i < rows; ++i) {
        for (size_t j = 0; j < p.columns; ++j) body(p.c[(first + i) * p.c_pitch + j], c[j * rows + i]);
      }
    };
    if (p.accumulating) each([](float &outside, float &inside) { inside = outside; });
    version.multiply({.a = p.b, .b = p.a + first, .c = c, .a_pitch = p.b_pitch, .b_pitch = p.a_pitch, .c_pitch = rows,
                      .rows = p.columns, .columns = rows, .depth = p.depth, .a_transposed = true,
                      .b_transposed = false, .accumulating = p.accumulating});
    each([](float &outside, float &inside) { outside = inside; });
  }
}

// A block of A at a time, copied: its rows lie apart in memory, and every tile would walk over all of their pages.
void multiply_copied(const HostProduct &p) {
  alignas(64) float a[depth_block * copied_rows];
  for (size_t first = 0; first < p.rows; first += copied_rows) {
    const size_t rows = p.rows - first < copied_rows ? p.rows - first : copied_rows;
    for (size_t k = 0; k < p.depth; k += depth_block) {
      const size_t depth = p.depth - k < depth_block ? p.depth - k : depth_block;
      for (size_t i = 0; i < depth; ++i) {
        __builtin_memcpy(a + i * rows, p.a + (k + i) * p.a_pitch + first, rows * sizeof *a);
      }
      HostProduct part = p;
      part.a = a, part.a_pitch = rows, part.rows = rows, part.depth = depth;
      part.b += p.b_transposed ? k : k * p.b_pitch;
      part.c += first * p.c_pitch;
      part.accumulating = p.accumulating || k > 0;
      version.multiply(part);
    }
  }
}

}  // namespace

void host_multiply(const HostProduct *product) {
  const HostProduct &p = *product;
  const bool swaps = p.a_transposed && !p.b_transposed && p.columns <= swapped_columns && p.rows >= 2 * p.columns;
  const bool copies = p.a_transposed && p.a_pitch > 64 && p.rows > 32 && p.columns > 32;
  (swaps ? multiply_swapped : copies ? multiply_copied : version.multiply)(p);
}

const char *host_instruction_set(void) { return version.name; }
