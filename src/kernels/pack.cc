#include "kernels/pack.h"

#include <algorithm>
#include <cstring>

#include "simd/vec.h"

namespace smw::kernels {
namespace {

using namespace simd;

void packPanelRows(const float* b, int64_t k, int64_t rowStride, int64_t columns, float* dst) {
  if (columns == kPanel) {
    for (int64_t l = 0; l < k; ++l, b += rowStride, dst += kPanel) {
      store(dst, load(b));
      store(dst + 4, load(b + 4));
    }
    return;
  }
  for (int64_t l = 0; l < k; ++l, b += rowStride, dst += kPanel) {
    for (int64_t j = 0; j < kPanel; ++j) dst[j] = j < columns ? b[j] : 0.f;
  }
}

void packPanelColumns(const float* b, int64_t k, int64_t rowStride, int64_t colStride,
                      int64_t columns, float* dst) {
  int64_t l = 0;
  if (columns == kPanel && rowStride == 1) {
    for (; l + 4 <= k; l += 4) {
      for (int h = 0; h < 2; ++h) {
        const float* p = b + l + 4 * h * colStride;
        const v128_t r0 = load(p).v, r1 = load(p + colStride).v, r2 = load(p + 2 * colStride).v,
                     r3 = load(p + 3 * colStride).v;
        const v128_t a = wasm_i32x4_shuffle(r0, r1, 0, 4, 1, 5),
                     c = wasm_i32x4_shuffle(r0, r1, 2, 6, 3, 7),
                     d = wasm_i32x4_shuffle(r2, r3, 0, 4, 1, 5),
                     e = wasm_i32x4_shuffle(r2, r3, 2, 6, 3, 7);
        float* q = dst + l * kPanel + 4 * h;
        store(q, F32x4{wasm_i64x2_shuffle(a, d, 0, 2)});
        store(q + kPanel, F32x4{wasm_i64x2_shuffle(a, d, 1, 3)});
        store(q + 2 * kPanel, F32x4{wasm_i64x2_shuffle(c, e, 0, 2)});
        store(q + 3 * kPanel, F32x4{wasm_i64x2_shuffle(c, e, 1, 3)});
      }
    }
  }
  for (; l < k; ++l)
    for (int64_t j = 0; j < kPanel; ++j)
      dst[l * kPanel + j] = j < columns ? b[l * rowStride + j * colStride] : 0.f;
}

float loadFloat(const std::byte* p) {
  float f;
  std::memcpy(&f, p, sizeof f);
  return f;
}

}  // namespace

void packB(const float* b, int64_t k, int64_t n, int64_t rowStride, int64_t colStride,
           float* packed) {
  packRowsOfB(b, k, n, rowStride, colStride, packed, k * kPanel);
}

void packRowsOfB(const float* b, int64_t k, int64_t n, int64_t rowStride, int64_t colStride,
                 float* packed, int64_t panelStride) {
  // Blocks of rows: neighbouring panels share the source's cache lines.
  const int64_t block = colStride == 1 ? 64 : k;
  for (int64_t l = 0; l < k; l += block) {
    const int64_t rows = std::min(block, k - l);
    for (int64_t j = 0; j < n; j += kPanel) {
      const int64_t columns = std::min(kPanel, n - j);
      const float* src = b + l * rowStride + j * colStride;
      float* dst = packed + j / kPanel * panelStride + l * kPanel;
      if (colStride == 1)
        packPanelRows(src, rows, rowStride, columns, dst);
      else
        packPanelColumns(src, rows, rowStride, colStride, columns, dst);
    }
  }
}

void scalePackedColumns(const float* packed, int64_t k, int64_t n, const float* scale, int64_t step,
                        float* out) {
  for (int64_t j = 0; j < n; j += kPanel) {
    float f[kPanel] = {};
    for (int64_t l = 0; l < std::min(kPanel, n - j); ++l) f[l] = scale[(j + l) * step];
    const F32x4 low = load(f), high = load(f + 4);
    for (int64_t i = 0; i < k; ++i, packed += kPanel, out += kPanel) {
      store(out, load(packed) * low);
      store(out + 4, load(packed + 4) * high);
    }
  }
}

PackBStream::PackBStream(int64_t k, int64_t n, float* packed, Source source, int64_t groups)
    : k_(k), n_(n), groupN_(n / groups), total_(k * n), packed_(packed), source_(source) {
  // The columns that pad the last panel of each group.
  const int64_t used = groupN_ % kPanel;
  if (used == 0) return;
  const int64_t stride = packedFloats(k, groupN_);
  for (int64_t g = 0; g < groups; ++g) {
    float* panel = packed + (g + 1) * stride - k * kPanel;
    for (int64_t l = 0; l < k; ++l)
      std::fill(panel + l * kPanel + used, panel + (l + 1) * kPanel, 0.f);
  }
}

void PackBStream::write(std::span<const std::byte> bytes) {
  while (carried_ > 0 && !bytes.empty()) {
    carry_[carried_++] = bytes[0];
    bytes = bytes.subspan(1);
    if (carried_ == 4) {
      writeFloats(carry_, 1);
      carried_ = 0;
    }
  }
  const int64_t count = std::min(int64_t(bytes.size() / 4), remaining());
  if (count > 0) writeFloats(bytes.data(), count);
  if (remaining() == 0) return;
  for (std::byte b : bytes.subspan(size_t(count) * 4)) carry_[carried_++] = b;
}

void PackBStream::writeFloats(const std::byte* p, int64_t count) {
  count = std::min(count, remaining());
  if (source_ == Source::kRows)
    writeRows(p, count);
  else
    writeColumns(p, count);
}

void PackBStream::writeRows(const std::byte* p, int64_t count) {
  int64_t l = at_ / n_, column = at_ % n_;
  at_ += count;
  // Whole rows by blocks: a panel is written as one stream, and not a little for each row.
  const bool aligned = reinterpret_cast<uintptr_t>(p) % alignof(float) == 0;
  if (const int64_t rows = count / n_; aligned && column == 0 && groupN_ == n_ && rows > 1) {
    packRowsOfB(reinterpret_cast<const float*>(p), rows, n_, n_, 1, packed_ + l * kPanel,
                k_ * kPanel);
    p += rows * n_ * int64_t(sizeof(float));
    count -= rows * n_;
    l += rows;
  }
  while (count > 0) {
    const int64_t g = column / groupN_, j = column % groupN_, in = j % kPanel;
    const int64_t run = std::min({kPanel - in, groupN_ - j, count});
    float* dst = packed_ + g * packedFloats(k_, groupN_) + (j - in) * k_ + l * kPanel + in;
    if (run == kPanel)
      std::memcpy(dst, p, kPanel * sizeof(float));  // a constant size: two vector moves
    else
      std::memcpy(dst, p, size_t(run) * sizeof(float));
    p += run * sizeof(float);
    count -= run;
    column += run;
    if (column == n_) column = 0, ++l;
  }
}

void PackBStream::writeColumns(const std::byte* p, int64_t count) {
  int64_t column = at_ / k_, l = at_ % k_;
  at_ += count;
  while (count > 0) {
    const int64_t run = std::min(k_ - l, count), in = column % kPanel;
    float* dst = packed_ + (column - in) * k_ + l * kPanel + in;
    for (int64_t i = 0; i < run; ++i) dst[i * kPanel] = loadFloat(p + i * sizeof(float));
    p += run * sizeof(float);
    count -= run;
    l = 0;
    ++column;
  }
}

}  // namespace smw::kernels
