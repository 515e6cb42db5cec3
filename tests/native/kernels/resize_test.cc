// The references follow the definition of each method in double, pixel by pixel; what TensorFlow
// itself answers is checked by the conformance cases.
#include "kernels/resize.h"

#include <cstring>
#include <string>

#include "kernels/reference.h"

namespace smw::kernels::test {
namespace {

struct Modes {
  bool alignCorners, halfPixelCenters;
};
constexpr Modes kModes[] = {{false, false}, {true, false}, {false, true}};

double scaleOf(int64_t in, int64_t out, bool align) {
  return align && out > 1 ? double(in - 1) / double(out - 1) : double(in) / double(out);
}
double positionOf(int64_t i, double scale, bool half) {
  return half ? (double(i) + 0.5) * scale - 0.5 : double(i) * scale;
}

/// Weights of input cells for one output position.
using Weights = std::vector<std::pair<int64_t, double>>;

Weights bilinear(int64_t i, int64_t in, int64_t out, Modes m) {
  const double at = positionOf(i, scaleOf(in, out, m.alignCorners), m.halfPixelCenters),
               f = std::floor(at);
  return {{std::clamp<int64_t>(int64_t(f), 0, in - 1), 1 - (at - f)},
          {std::clamp<int64_t>(int64_t(f) + 1, 0, in - 1), at - f}};
}
Weights bicubic(int64_t i, int64_t in, int64_t out, Modes m) {
  const double a = m.halfPixelCenters ? -0.5 : -0.75;
  const double at = positionOf(i, scaleOf(in, out, m.alignCorners), m.halfPixelCenters),
               f = std::floor(at);
  const double t = std::nearbyint((at - f) * 1024) / 1024;
  Weights w;
  double sum = 0;
  for (int j = -1; j <= 2; ++j) {
    const double x = std::fabs(t - j);
    const double v =
        x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
    const int64_t cell = int64_t(f) + j, inside = std::clamp<int64_t>(cell, 0, in - 1);
    if (m.halfPixelCenters && cell != inside) continue;
    w.emplace_back(inside, v);
    sum += v;
  }
  if (m.halfPixelCenters)
    for (auto& p : w) p.second /= sum;
  return w;
}
Weights area(int64_t i, int64_t in, int64_t out, Modes m) {
  const double scale = scaleOf(in, out, m.alignCorners), from = double(i) * scale,
               to = double(i + 1) * scale;
  Weights w;
  for (int64_t c = int64_t(std::floor(from)); double(c) < to - 1e-6; ++c) {
    const double part = std::min(to, double(c + 1)) - std::max(from, double(c));
    if (part > 1e-9) w.emplace_back(std::clamp<int64_t>(c, 0, in - 1), part / scale);
  }
  return w;
}

template <typename T>
void check(const Resize& s, const std::vector<T>& inp,
           Weights (*weights)(int64_t, int64_t, int64_t, Modes),
           void (*run)(Parallel&, const Resize&, const T*, float*, void*), int64_t scratchBytes,
           const std::string& what) {
  const int64_t n = s.batch * s.outH * s.outW * s.channels;
  std::vector<float> got(size_t(n), -9.f), got3(got), scratch(size_t(scratchBytes + 3) / 4);
  run(serial(), s, inp.data(), got.data(), scratch.data());
  Threads three(3);
  run(three, s, inp.data(), got3.data(), scratch.data());
  expectSameBits(got3.data(), got.data(), n, "three threads");
  const Modes m{s.alignCorners, s.halfPixelCenters};
  int64_t at = 0;
  for (int64_t b = 0; b < s.batch; ++b)
    for (int64_t y = 0; y < s.outH; ++y)
      for (int64_t x = 0; x < s.outW; ++x)
        for (int64_t c = 0; c < s.channels; ++c, ++at) {
          double want = 0;
          for (auto [i, u] : weights(y, s.inH, s.outH, m))
            for (auto [j, v] : weights(x, s.inW, s.outW, m))
              want += u * v * double(inp[size_t(((b * s.inH + i) * s.inW + j) * s.channels + c)]);
          const double magnitude = std::is_same_v<T, float> ? 1 : 255;
          ASSERT_NEAR(got[size_t(at)], want, 2e-5 * magnitude)
              << what << " " << s.inH << "x" << s.inW << " to " << s.outH << "x" << s.outW << " at "
              << y << "," << x << " align " << s.alignCorners << " half " << s.halfPixelCenters;
        }
}

template <typename T>
void checkAll(Resize s) {
  std::vector<T> inp(size_t(s.batch * s.inH * s.inW * s.channels));
  Numbers r(3);
  for (T& v : inp) v = std::is_same_v<T, float> ? T(r.next()) : T(r.below(256));
  for (const Modes& m : kModes) {
    s.alignCorners = m.alignCorners;
    s.halfPixelCenters = m.halfPixelCenters;
    check<T>(s, inp, bilinear, resizeBilinear<T>, resizeBilinearScratch(s), "bilinear");
    check<T>(s, inp, bicubic, resizeBicubic<T>, resizeBicubicScratch(s), "bicubic");
    // A scale of 0 (aligned corners of one pixel) makes TensorFlow divide 0 by 0; nothing to
    // compare.
    const bool zeroScale = m.alignCorners && (s.inH == 1 || s.inW == 1);
    if (!m.halfPixelCenters && !zeroScale)
      check<T>(s, inp, area, resizeArea<T>, resizeAreaScratch(s), "area");
  }
}

TEST(Resize, Sweep) {
  for (int64_t channels : {1, 3, 4, 7})
    for (auto [inH, inW] : {std::pair<int64_t, int64_t>{4, 8}, {5, 3}, {1, 1}})
      for (auto [outH, outW] : {std::pair<int64_t, int64_t>{8, 16}, {2, 4}, {5, 3}, {7, 1}, {1, 9}})
        checkAll<float>(
            {.batch = 2, .inH = inH, .inW = inW, .outH = outH, .outW = outW, .channels = channels});
}

TEST(Resize, OtherTypes) {
  const Resize s{.batch = 1, .inH = 6, .inW = 5, .outH = 9, .outW = 4, .channels = 3};
  checkAll<uint8_t>(s);
  checkAll<int32_t>(s);
  checkAll<double>(s);
}

TEST(Resize, Nearest) {
  for (int64_t pixel : {1, 2, 3, 4, 12, 16, 20})
    for (const Modes& m : kModes)
      for (auto [outH, outW] : {std::pair<int64_t, int64_t>{8, 10}, {2, 3}, {5, 7}, {1, 1}}) {
        const Resize s{.batch = 2,
                       .inH = 4,
                       .inW = 5,
                       .outH = outH,
                       .outW = outW,
                       .alignCorners = m.alignCorners,
                       .halfPixelCenters = m.halfPixelCenters};
        std::vector<char> inp(size_t(s.batch * s.inH * s.inW * pixel)),
            out(size_t(s.batch * outH * outW * pixel));
        Numbers r(5);
        for (char& c : inp) c = char(r.bits());
        Threads three(3);
        resizeNearest(three, s, pixel, inp.data(), out.data());
        const auto nearest = [&](int64_t i, int64_t in, int64_t n) {
          const float scale = float(scaleOf(in, n, m.alignCorners));
          const float at = m.halfPixelCenters ? (float(i) + 0.5f) * scale : float(i) * scale;
          return std::min(in - 1, int64_t(m.alignCorners ? std::round(at) : std::floor(at)));
        };
        for (int64_t i = 0; i < s.batch * outH * outW; ++i) {
          const int64_t b = i / outW / outH, y = nearest(i / outW % outH, s.inH, outH),
                        x = nearest(i % outW, s.inW, outW);
          ASSERT_EQ(0,
                    std::memcmp(out.data() + i * pixel,
                                inp.data() + ((b * s.inH + y) * s.inW + x) * pixel, size_t(pixel)));
        }
      }
}

}  // namespace
}  // namespace smw::kernels::test
