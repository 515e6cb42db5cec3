#include "kernels/pool.h"

#include <algorithm>
#include <limits>

#include "kernels/cells.h"
#include "simd/vec.h"

namespace smw::kernels {
namespace {

using namespace simd;

constexpr int64_t kBlock = 16;  // channels of one cache line, finished together

// TensorFlow starts from the lowest finite value, and a NaN in the window is passed over.
constexpr float kLowest = std::numeric_limits<float>::lowest();

struct MaxOf {
  static F32x4 start() { return splat(kLowest); }
  static F32x4 join(F32x4 a, F32x4 b) { return max(a, b); }
  static float start1() { return kLowest; }
  static float join1(float a, float b) { return a < b ? b : a; }
};
struct SumOf {
  static F32x4 start() { return zero(); }
  static F32x4 join(F32x4 a, F32x4 b) { return a + b; }
  static float start1() { return 0; }
  static float join1(float a, float b) { return a + b; }
};

// The rows of the window are summed one by one and then added up: a large average keeps its
// precision.
template <typename Op, int V>
void blockOf(const Window& w, const Cells& cells, const float* p, int64_t n, F32x4 (&total)[V]) {
  for (int v = 0; v < V; ++v) total[v] = Op::start();
  for (int64_t i = cells.begin[0]; i < cells.end[0]; ++i)
    for (int64_t j = cells.begin[1]; j < cells.end[1]; ++j) {
      const float* x = p + ((i * w.in[1] + j) * w.in[2] + cells.begin[2]) * n;
      F32x4 row[V];
      for (int v = 0; v < V; ++v) row[v] = Op::start();
      for (int64_t k = cells.begin[2]; k < cells.end[2]; ++k, x += n)
        for (int v = 0; v < V; ++v) row[v] = Op::join(row[v], load(x + 4 * v));
      for (int v = 0; v < V; ++v) total[v] = Op::join(total[v], row[v]);
    }
}

template <typename Op>
float oneOf(const Window& w, const Cells& cells, const float* p, int64_t n) {
  float total = Op::start1();
  for (int64_t i = cells.begin[0]; i < cells.end[0]; ++i)
    for (int64_t j = cells.begin[1]; j < cells.end[1]; ++j) {
      float row = Op::start1();
      for (int64_t k = cells.begin[2]; k < cells.end[2]; ++k)
        row = Op::join1(row, p[((i * w.in[1] + j) * w.in[2] + k) * n]);
      total = Op::join1(total, row);
    }
  return total;
}

template <typename Op>
void pool(Parallel& parallel, const Pool& s, const float* inp, float* out) {
  constexpr bool kAverage = std::is_same_v<Op, SumOf>;
  const Window& w = s.window;
  const int64_t n = s.channels, pixels = w.outSize(), blocks = (n + kBlock - 1) / kBlock;
  parallel.run(s.batch * pixels * blocks, grainFor(w.kernelSize() * kBlock),
               [&](int64_t begin, int64_t end) {
                 for (int64_t item = begin; item < end;) {
                   const int64_t o = item / blocks;
                   const Cells cells(w, o % pixels);
                   const float* image = inp + o / pixels * w.inSize() * n;
                   float* to = out + o * n;
                   const float count = float(cells.count());
                   const auto finish = [&](int64_t c, auto& v) {
                     for (auto& x : v) {
                       store(to + c, kAverage ? x / splat(count) : x);
                       c += 4;
                     }
                   };
                   for (const int64_t stop = std::min(end, (o + 1) * blocks); item < stop; ++item) {
                     int64_t c = item % blocks * kBlock;
                     const int64_t last = std::min(n, c + kBlock);
                     if (c + kBlock == last) {
                       F32x4 v[4];
                       blockOf<Op, 4>(w, cells, image + c, n, v);
                       finish(c, v);
                       continue;
                     }
                     for (; c + 4 <= last; c += 4) {
                       F32x4 v[1];
                       blockOf<Op, 1>(w, cells, image + c, n, v);
                       finish(c, v);
                     }
                     for (; c < last; ++c) {
                       const float x = oneOf<Op>(w, cells, image + c, n);
                       to[c] = kAverage ? x / count : x;
                     }
                   }
                 }
               });
}

}  // namespace

void maxPool(Parallel& parallel, const Pool& s, const float* inp, float* out) {
  pool<MaxOf>(parallel, s, inp, out);
}
void avgPool(Parallel& parallel, const Pool& s, const float* inp, float* out) {
  pool<SumOf>(parallel, s, inp, out);
}

}  // namespace smw::kernels
