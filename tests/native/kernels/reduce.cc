// Reductions, argmax, scans, softmax and normalisations against plain scalar references.
#include "kernels/reduce.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "kernels/argmax.h"
#include "kernels/cast.h"
#include "kernels/norm.h"
#include "kernels/scan.h"
#include "kernels/softmax.h"

namespace smw::kernels {
namespace {

std::vector<std::byte> make(Elem e, const std::vector<double>& v) {
  std::vector<std::byte> b(v.size() * elemSize(e) + 1);
  cast(Elem::kF64, v.data(), e, b.data(), int64_t(v.size()));
  return b;
}
std::vector<double> read(Elem e, const std::vector<std::byte>& b, size_t n) {
  std::vector<double> v(n);
  cast(e, b.data(), Elem::kF64, v.data(), int64_t(n));
  return v;
}
int64_t product(const std::vector<int64_t>& d) {
  int64_t n = 1;
  for (int64_t x : d) n *= x;
  return n;
}

struct Layout {
  std::vector<int64_t> dims;
  unsigned axes;  // bit d: dimension d is reduced
};
std::vector<Layout> layouts() {
  std::vector<Layout> all;
  for (int64_t n = 0; n <= 67; ++n) {
    all.push_back({{n}, 1});
    all.push_back({{3, n}, 2});
    all.push_back({{n, 3}, 1});
  }
  for (unsigned axes = 0; axes < 16; ++axes) all.push_back({{3, 4, 1, 5}, axes});
  all.push_back({{2, 3, 300}, 3});
  all.push_back({{700}, 1});
  return all;
}

double reference(ReduceOp op, const std::vector<double>& v) {
  double sum = 0, prod = 1, squares = 0, most = -INFINITY, least = INFINITY;
  for (double x : v)
    sum += x, prod *= x, squares += x * x, most = std::max(most, x), least = std::min(least, x);
  switch (op) {
    case ReduceOp::kSum:
      return sum;
    case ReduceOp::kMean:
      return sum / double(v.size());
    case ReduceOp::kProd:
      return prod;
    case ReduceOp::kMax:
      return most;
    case ReduceOp::kMin:
      return least;
    case ReduceOp::kEuclideanNorm:
      return std::sqrt(squares);
    case ReduceOp::kL2Loss:
      return squares / 2;
    case ReduceOp::kAll:
      return double(least >= 1 || v.empty());
    case ReduceOp::kAny:
      return double(most >= 1);
  }
  return 0;
}

TEST(Reduce, EveryOpTypeAndLayout) {
  std::mt19937 rng(5);
  const Elem types[] = {Elem::kF32, Elem::kF64, Elem::kF16,  Elem::kBf16, Elem::kI32,
                        Elem::kI64, Elem::kU64, Elem::kBool, Elem::kC64,  Elem::kC128};
  for (const Layout& l : layouts())
    for (int o = 0; o <= int(ReduceOp::kL2Loss); ++o)
      for (Elem e : types) {
        const ReduceOp op = ReduceOp(o);
        const ReduceKernel k = reduceKernel(op, e);
        if (!k) continue;
        const bool truth = e == Elem::kBool, integer = isInt(e);
        std::vector<double> x(size_t(product(l.dims)));
        for (double& v : x)
          v = truth                   ? double(rng() % 8 != 0)
              : op == ReduceOp::kProd ? 1 + double(rng() % 2) / 64 * (integer ? 0 : 1)
                                      : double(rng() % 9);
        const auto in = make(e, x);
        bool reduced[8];
        std::vector<int64_t> kept;
        for (size_t d = 0; d < l.dims.size(); ++d) {
          reduced[d] = l.axes >> d & 1;
          if (!reduced[d]) kept.push_back(l.dims[d]);
        }
        ReducePlan plan;
        ASSERT_TRUE(planReduce(l.dims, {reduced, l.dims.size()}, plan));
        const size_t n = size_t(product(kept));
        ASSERT_EQ(plan.outputs(), int64_t(n));
        std::vector<std::vector<double>> groups(n);
        for (size_t i = 0; i < x.size(); ++i) {
          size_t rest = i, at = 0, stride = 1;
          for (size_t d = l.dims.size(); d-- > 0;) {
            const size_t c = rest % size_t(l.dims[d]);
            rest /= size_t(l.dims[d]);
            if (!reduced[d]) at += c * stride, stride *= size_t(l.dims[d]);
          }
          groups[at].push_back(read(e, make(e, {x[i]}), 1)[0]);
        }
        std::vector<std::byte> out(n * elemSize(e) + 1, std::byte(0x5A)), parts = out;
        runReduce(k, plan, in.data(), out.data(), 0, int64_t(n));
        ASSERT_EQ(out.back(), std::byte(0x5A));
        const int64_t cut = int64_t(n) / 3;
        runReduce(k, plan, in.data(), parts.data(), cut, int64_t(n));
        runReduce(k, plan, in.data(), parts.data(), 0, cut);
        ASSERT_EQ(parts, out);
        const auto got = read(e, out, n);
        for (size_t i = 0; i < n; ++i) {
          if (groups[i].empty() && integer) continue;  // limits of the type: below
          double want = reference(op, groups[i]);
          if (integer) want = std::trunc(want);
          const double tolerance = e == Elem::kBf16  ? 8e-3
                                   : e == Elem::kF16 ? 1e-3
                                   : e == Elem::kF64 ? 1e-12
                                                     : 1e-6;
          if (std::isnan(want))
            ASSERT_TRUE(std::isnan(got[i]));
          else if (got[i] != want)
            ASSERT_NEAR(got[i], want, tolerance * std::max(1.0, std::abs(want)))
                << "op " << o << " type " << int(e);
        }
      }
}

TEST(Reduce, Edges) {
  const auto one = [](ReduceOp op, Elem e, const std::vector<double>& x) {
    const auto in = make(e, x);
    const bool all = true;
    const int64_t n = int64_t(x.size());
    ReducePlan plan;
    planReduce({&n, 1}, {&all, 1}, plan);
    std::vector<std::byte> out(16);
    runReduce(reduceKernel(op, e), plan, in.data(), out.data(), 0, 1);
    return read(e, out, 1)[0];
  };
  for (Elem e : {Elem::kF32, Elem::kF64, Elem::kF16, Elem::kBf16})
    for (size_t n : {1, 5, 9, 40})
      for (size_t at : {size_t(0), n / 2, n - 1}) {
        std::vector<double> x(n, 1.0);
        x[at] = NAN;
        EXPECT_TRUE(std::isnan(one(ReduceOp::kMax, e, x)));
        EXPECT_TRUE(std::isnan(one(ReduceOp::kMin, e, x)));
      }
  EXPECT_EQ(one(ReduceOp::kMax, Elem::kI8, {}), -128);
  EXPECT_EQ(one(ReduceOp::kMin, Elem::kU8, {}), 255);
  EXPECT_EQ(one(ReduceOp::kMin, Elem::kI64, {}), 0x1p63);
  EXPECT_EQ(one(ReduceOp::kSum, Elem::kI8, {100, 100, 100, 50}), 94);
  EXPECT_EQ(one(ReduceOp::kMean, Elem::kI8, {100, 100, 100, 50}), 87);
  EXPECT_EQ(one(ReduceOp::kMean, Elem::kI8, {-7, -4}), -5);
  EXPECT_EQ(one(ReduceOp::kProd, Elem::kI8, {100, 100, 100, 50}), -128);
  EXPECT_EQ(one(ReduceOp::kEuclideanNorm, Elem::kU8, {100, 100, 100, 50}), 15);
  EXPECT_NEAR(one(ReduceOp::kSum, Elem::kF32, std::vector<double>(1000000, 0.1f)),
              1e6 * double(0.1f), 0.05);
}

TEST(ArgMax, TypesLengthsAndNan) {
  std::mt19937 rng(6);
  for (Elem e :
       {Elem::kF32, Elem::kF64, Elem::kF16, Elem::kI8, Elem::kU64, Elem::kBool, Elem::kI32})
    for (int64_t inner : {1, 3, 300})
      for (int64_t n = 1; n <= 67; n += 3)
        for (bool max : {false, true}) {
          std::vector<double> x(size_t(2 * n * inner));
          for (double& v : x) v = double(rng() % (e == Elem::kBool ? 2 : 100));
          const auto in = make(e, x);
          std::vector<int64_t> out(size_t(2 * inner));
          ASSERT_TRUE(argExtreme(max, e, in.data(), out.data(), n, inner, 0, 2 * inner));
          for (int64_t i = 0; i < 2 * inner; ++i) {
            int64_t best = 0;
            const auto at = [&](int64_t k) {
              return x[size_t((i / inner * n + k) * inner + i % inner)];
            };
            for (int64_t k = 1; k < n; ++k)
              if (max ? at(k) > at(best) : at(k) < at(best)) best = k;
            ASSERT_EQ(out[size_t(i)], best);
          }
          std::vector<int64_t> later(out.size() - 1);
          ASSERT_TRUE(argExtreme(max, e, in.data(), later.data(), n, inner, 1, 2 * inner));
          ASSERT_TRUE(std::equal(later.begin(), later.end(), out.begin() + 1));
        }
  int64_t at;
  for (const Elem e : {Elem::kF32, Elem::kF16}) {  // longer than a block
    std::vector<double> x(5000);
    x[4321] = 1;
    argExtreme(true, e, make(e, x).data(), &at, 5000, 1, 0, 1);
    EXPECT_EQ(at, 4321);
  }
  const float x[] = {NAN, 1, 2, NAN};
  argExtreme(true, Elem::kF32, x, &at, 4, 1, 0, 1);
  EXPECT_EQ(at, 2);
}

TEST(Scan, SumsAndProducts) {
  for (Elem e : {Elem::kF32, Elem::kF64, Elem::kI8, Elem::kI32, Elem::kI64, Elem::kC64})
    for (bool exclusive : {false, true})
      for (bool reverse : {false, true})
        for (int64_t inner : {1, 3}) {
          const int64_t n = 6;
          std::vector<double> x(size_t(2 * n * inner));
          for (size_t i = 0; i < x.size(); ++i) x[i] = double(i % 3) + 1;
          const auto in = make(e, x);
          for (ScanOp op : {ScanOp::kSum, ScanOp::kProd}) {
            std::vector<std::byte> out(in.size());
            ASSERT_TRUE(scan(op, e, in.data(), out.data(), n, inner, exclusive, reverse, 0, 2));
            const auto got = read(e, out, x.size());
            for (int64_t o = 0; o < 2; ++o)
              for (int64_t c = 0; c < inner; ++c) {
                double run = op == ScanOp::kSum ? 0 : 1;
                for (int64_t k = 0; k < n; ++k) {
                  const size_t at = size_t((o * n + (reverse ? n - 1 - k : k)) * inner + c);
                  const double next = op == ScanOp::kSum ? run + x[at] : run * x[at];
                  const double want = exclusive ? run : next;
                  ASSERT_EQ(got[at], e == Elem::kI8 ? double(int8_t(int(want))) : want);
                  run = next;
                }
              }
          }
        }
  const float x[] = {1, 2, -INFINITY, 3};
  float y[4];
  scan(ScanOp::kLogSumExp, Elem::kF32, x, y, 4, 1, false, false, 0, 1);
  EXPECT_NEAR(y[1], 2.3132617f, 1e-6);
  EXPECT_EQ(y[2], y[1]);
  EXPECT_NEAR(y[3], std::log(std::exp(1) + std::exp(2) + std::exp(3)), 1e-6);
}

TEST(Softmax, EveryLength) {
  std::mt19937 rng(7);
  std::normal_distribution<float> d(0, 5);
  for (int64_t n = 1; n <= 67; ++n)
    for (bool log : {false, true}) {
      std::vector<float> x(size_t(3 * n)), y(x.size());
      std::vector<double> xd(x.size()), yd(x.size());
      for (size_t i = 0; i < x.size(); ++i) xd[i] = double(x[i] = d(rng));
      softmax(x.data(), y.data(), n, log, 0, 3);
      softmax(xd.data(), yd.data(), n, log, 0, 3);
      for (int64_t r = 0; r < 3; ++r) {
        double sum = 0;
        for (int64_t i = 0; i < n; ++i) sum += std::exp(xd[size_t(r * n + i)]);
        for (int64_t i = 0; i < n; ++i) {
          const size_t at = size_t(r * n + i);
          const double want = log ? xd[at] - std::log(sum) : std::exp(xd[at]) / sum;
          ASSERT_NEAR(y[at], want, 2e-6 * std::max(1.0, std::abs(want)));
          ASSERT_NEAR(yd[at], want, 1e-12 * std::max(1.0, std::abs(want)));
        }
      }
    }
}

/// More of them than are taken at once, from any row on, in place; a row's NaN is its own.
TEST(Softmax, ManyShortRows) {
  constexpr int64_t kRows = 1100;
  for (int64_t n : {1, 2, 3, 7, 15})
    for (bool log : {false, true}) {
      std::vector<float> x(size_t(kRows * n));
      for (size_t i = 0; i < x.size(); ++i) x[i] = float(i * 7919 % 1009) / 50 - 10;
      x[size_t(600 * n)] = NAN;
      std::vector<float> y = x;
      softmax(y.data(), y.data(), n, log, 5, kRows);
      for (int64_t r = 0; r < kRows; ++r) {
        const float* row = x.data() + r * n;
        double sum = 0;
        for (int64_t i = 0; i < n; ++i) sum += std::exp(double(row[i]));
        for (int64_t i = 0; i < n; ++i) {
          const float got = y[size_t(r * n + i)];
          const double e = double(row[i]), want = log ? e - std::log(sum) : std::exp(e) / sum;
          if (r < 5)
            ASSERT_EQ(std::bit_cast<uint32_t>(got), std::bit_cast<uint32_t>(row[i]));
          else if (r == 600)
            ASSERT_TRUE(std::isnan(got));
          else
            ASSERT_NEAR(got, want, 2e-6 * std::max(1.0, std::abs(want))) << n << " " << r;
        }
      }
    }
}

TEST(Norm, ScaleChannels) {
  for (int64_t n = 1; n <= 67; ++n) {
    std::vector<float> x(size_t(3 * n)), gate(size_t(n), 0.0f);
    for (size_t i = 0; i < x.size(); ++i) x[i] = float(i) - 40;
    for (size_t i = 0; i < gate.size(); ++i) gate[i] = 1 / float(i + 1);
    std::vector<float> y(x.size(), -1.0f), want = y;
    for (size_t i = size_t(n); i < x.size(); ++i) want[i] = x[i] * gate[i % size_t(n)];
    scaleChannels(x.data(), gate.data(), y.data(), n, 1, 3);
    ASSERT_EQ(y, want);
    scaleChannels(x.data(), gate.data(), x.data(), n, 1, 3);
    ASSERT_EQ(std::vector(x.begin() + n, x.end()), std::vector(want.begin() + n, want.end()));
  }
}

TEST(Norm, LayerNormAndMoments) {
  std::mt19937 rng(8);
  std::normal_distribution<float> d(100, 2);
  for (int64_t n = 1; n <= 67; ++n) {
    std::vector<float> x(size_t(2 * n)), gamma(size_t(n), 1.5f), beta(size_t(n), -0.5f),
        y(x.size());
    for (float& v : x) v = d(rng);
    layerNorm(x.data(), gamma.data(), beta.data(), 1e-3f, y.data(), n, 0, 2);
    float mean[2], variance[2];
    channelMoments(x.data(), 1, 2, n, mean, variance, 0, 2);
    for (int64_t r = 0; r < 2; ++r) {
      double m = 0, v = 0;
      for (int64_t i = 0; i < n; ++i) m += double(x[size_t(r * n + i)]) / double(n);
      for (int64_t i = 0; i < n; ++i)
        v += std::pow(double(x[size_t(r * n + i)]) - m, 2) / double(n);
      ASSERT_NEAR(mean[r], m, 1e-5);
      ASSERT_NEAR(variance[r], v, 1e-5 * (1 + v));
      for (int64_t i = 0; i < n; ++i)
        ASSERT_NEAR(y[size_t(r * n + i)],
                    (double(x[size_t(r * n + i)]) - m) / std::sqrt(v + 1e-3) * 1.5 - 0.5, 3e-4);
    }
  }
}

}  // namespace
}  // namespace smw::kernels
