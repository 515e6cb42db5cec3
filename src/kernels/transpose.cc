#include "kernels/transpose.h"

#include <algorithm>
#include <cstring>

#include "simd/vec.h"

namespace smw::kernels {
namespace {

constexpr int64_t kTile =
    32;  // elements each way: a tile of source and target fit the first-level cache

/// Dimensions in the order of the output, sizes of 1 dropped and neighbours that stay neighbours
/// merged. Strides count elements.
struct Plan {
  int rank = 0;
  int64_t size[kMaxTransposeRank], inStride[kMaxTransposeRank], outStride[kMaxTransposeRank];
  int64_t total = 1;

  Plan(int r, const int64_t* dims, const int* perm) {
    int64_t stride[kMaxTransposeRank];
    for (int i = r - 1; i >= 0; --i) {
      stride[i] = total;
      total *= dims[i];
    }
    for (int i = 0; i < r; ++i) {
      const int64_t n = dims[perm[i]], s = stride[perm[i]];
      if (n == 1) continue;
      if (rank > 0 && inStride[rank - 1] == s * n) {
        size[rank - 1] *= n;
        inStride[rank - 1] = s;
        continue;
      }
      size[rank] = n;
      inStride[rank++] = s;
    }
    for (int64_t i = rank - 1, s = 1; i >= 0; --i) {
      outStride[i] = s;
      s *= size[i];
    }
  }
};

/// Counts through some of a plan's dimensions and keeps both offsets.
struct Odometer {
  int rank = 0;
  int64_t size[kMaxTransposeRank], in[kMaxTransposeRank], out[kMaxTransposeRank],
      at[kMaxTransposeRank];
  int64_t total = 1, inOffset = 0, outOffset = 0;

  void add(const Plan& p, int i) {
    size[rank] = p.size[i];
    in[rank] = p.inStride[i];
    out[rank++] = p.outStride[i];
    total *= p.size[i];
  }
  void seek(int64_t index) {
    inOffset = outOffset = 0;
    for (int i = rank - 1; i >= 0; --i) {
      at[i] = index % size[i];
      index /= size[i];
      inOffset += at[i] * in[i];
      outOffset += at[i] * out[i];
    }
  }
  void next() {
    for (int i = rank - 1; i >= 0; --i) {
      inOffset += in[i];
      outOffset += out[i];
      if (++at[i] < size[i]) return;
      inOffset -= in[i] * size[i];
      outOffset -= out[i] * size[i];
      at[i] = 0;
    }
  }
};

// to[i * toStride + j] = from[i + j * fromStride], elements of S bytes.
template <int S>
void tile(const char* from, int64_t fromStride, char* to, int64_t toStride, int64_t rows,
          int64_t columns) {
  int64_t i = 0;
  if constexpr (S == 4) {
    for (; i + 4 <= rows; i += 4) {
      int64_t j = 0;
      for (; j + 4 <= columns; j += 4) {
        const char* p = from + (i + j * fromStride) * S;
        const v128_t a = wasm_v128_load(p), b = wasm_v128_load(p + fromStride * S),
                     c = wasm_v128_load(p + 2 * fromStride * S),
                     d = wasm_v128_load(p + 3 * fromStride * S);
        const v128_t e = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5),
                     f = wasm_i32x4_shuffle(a, b, 2, 6, 3, 7),
                     g = wasm_i32x4_shuffle(c, d, 0, 4, 1, 5),
                     h = wasm_i32x4_shuffle(c, d, 2, 6, 3, 7);
        char* q = to + (i * toStride + j) * S;
        wasm_v128_store(q, wasm_i64x2_shuffle(e, g, 0, 2));
        wasm_v128_store(q + toStride * S, wasm_i64x2_shuffle(e, g, 1, 3));
        wasm_v128_store(q + 2 * toStride * S, wasm_i64x2_shuffle(f, h, 0, 2));
        wasm_v128_store(q + 3 * toStride * S, wasm_i64x2_shuffle(f, h, 1, 3));
      }
      for (; j < columns; ++j)
        for (int64_t r = i; r < i + 4; ++r)
          std::memcpy(to + (r * toStride + j) * S, from + (r + j * fromStride) * S, S);
    }
  }
  for (; i < rows; ++i) {
    const char* p = from + i * S;
    char* q = to + i * toStride * S;
    for (int64_t j = 0; j < columns; ++j) std::memcpy(q + j * S, p + j * fromStride * S, S);
  }
}

// The input's innermost dimension lies elsewhere in the output: tiles of that one by the output's
// last.
template <int S>
void swapTiles(Parallel& parallel, const Plan& p, const char* inp, char* out) {
  const int last = p.rank - 1;
  int inner = 0;
  while (p.inStride[inner] != 1) ++inner;
  Odometer outer;
  for (int i = 0; i < last; ++i)
    if (i != inner) outer.add(p, i);
  const int64_t rows = p.size[inner], columns = p.size[last], strips = (rows + kTile - 1) / kTile;
  parallel.run(outer.total * strips, grainFor(columns * kTile), [&](int64_t begin, int64_t end) {
    Odometer o = outer;
    o.seek(begin / strips);
    for (int64_t item = begin; item < end; ++item) {
      const int64_t i = item % strips * kTile, n = std::min(kTile, rows - i);
      const char* from = inp + (o.inOffset + i) * S;
      char* to = out + (o.outOffset + i * p.outStride[inner]) * S;
      for (int64_t j = 0; j < columns; j += kTile)
        tile<S>(from + j * p.inStride[last] * S, p.inStride[last], to + j * S, p.outStride[inner],
                n, std::min(kTile, columns - j));
      if (item % strips == strips - 1) o.next();
    }
  });
}

// The innermost dimension stays: runs of `bytes` move as they are.
void moveRuns(Parallel& parallel, const Plan& p, int elementSize, const char* inp, char* out) {
  const int64_t bytes = p.size[p.rank - 1] * elementSize;
  Odometer outer;
  for (int i = 0; i < p.rank - 1; ++i) outer.add(p, i);
  parallel.run(outer.total, grainFor(bytes + 16), [&](int64_t begin, int64_t end) {
    Odometer o = outer;
    o.seek(begin);
    for (int64_t item = begin; item < end; ++item, o.next()) {
      const char* from = inp + o.inOffset * elementSize;
      char* to = out + o.outOffset * elementSize;
      if (bytes <= 64 && bytes % 4 == 0)
        for (int64_t i = 0; i < bytes; i += 4) std::memcpy(to + i, from + i, 4);
      else
        std::memcpy(to, from, size_t(bytes));
    }
  });
}

}  // namespace

void transpose(Parallel& parallel, int elementSize, int rank, const int64_t* dims, const int* perm,
               const void* inp, void* out) {
  Plan p(rank, dims, perm);
  const auto* from = static_cast<const char*>(inp);
  auto* to = static_cast<char*>(out);
  if (p.total == 0) return;
  if (p.rank <= 1) {
    std::memcpy(to, from, size_t(p.total * elementSize));
    return;
  }
  if (p.inStride[p.rank - 1] == 1) return moveRuns(parallel, p, elementSize, from, to);
  switch (elementSize) {
    case 1:
      return swapTiles<1>(parallel, p, from, to);
    case 2:
      return swapTiles<2>(parallel, p, from, to);
    case 4:
      return swapTiles<4>(parallel, p, from, to);
    case 8:
      return swapTiles<8>(parallel, p, from, to);
    default:
      return swapTiles<16>(parallel, p, from, to);
  }
}

}  // namespace smw::kernels
