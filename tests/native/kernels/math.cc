// The vector functions against libm in double, over dense sweeps of the float32 line.
#include "simd/math.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <vector>

#include "simd/pow.h"

namespace smw::simd {
namespace {

/// Distance in ulp of float32 at the exact value; 0 for equal specials.
double ulps(float got, double want) {
  if (std::isnan(want)) return std::isnan(got) ? 0 : 1e9;
  if (got == float(want)) return 0;
  if (std::isinf(got) || std::isinf(float(want))) return 1e9;
  const int e = std::max(std::ilogb(want), -126);
  return std::abs(double(got) - want) / std::ldexp(1.0, e - 23);
}

std::vector<float> sweep() {
  std::vector<float> v;
  for (uint64_t b = 0; b < (1ull << 32); b += 4099) v.push_back(std::bit_cast<float>(uint32_t(b)));
  for (int i = -40000; i <= 40000; ++i) v.push_back(float(i) * 2.5e-3f);
  for (float s : {0.0f, -0.0f, kInf, -kInf, NAN, 1e-45f, -1e-45f, 0x1p-126f, 3.4e38f, -3.4e38f,
                  88.72f, 88.73f, -87.5f, -103.9f, -104.5f, 1.0f, -1.0f})
    v.push_back(s);
  while (v.size() % 4) v.push_back(0.5f);
  return v;
}

using Fn = F32x4 (*)(F32x4);
struct Case {
  const char* name;
  Fn fn;
  double (*want)(double);
  double maxUlps;
  float lo = -kInf, hi = kInf;
};

double geluTanhExact(double x) {
  const double t = 2 * std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);
  return x / (1 + std::exp(-t));
}

TEST(Math, Sweeps) {
  const Case cases[] = {
      {"exp", exp, std::exp, 1.0},
      {"expNormal", expNormal, std::exp, 1.0, -87.3f, 88.3f},
      {"expBelow", expBelow, std::exp, 1.0, -87.3f, 0.0f},
      {"expm1", expm1, std::expm1, 2.0},
      {"log", log, std::log, 1.0},
      {"log1p", log1p, std::log1p, 2.0},
      {"tanh", tanh, std::tanh, 2.5},
      {"sigmoid", sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }, 2.5, -87.0f, kInf},
      {"erf", erf, std::erf, 2.0},
      {"sin", sin, std::sin, 2.5},
      {"cos", cos, std::cos, 2.5},
      {"tan", tan, std::tan, 3.5},
      {"softplus", softplus, [](double x) { return x > 30 ? x : std::log1p(std::exp(x)); }, 8.0},
      {"elu", elu, [](double x) { return x > 0 ? x : std::expm1(x); }, 2.0},
      {"silu", silu, [](double x) { return x / (1 + std::exp(-x)); }, 8.0, -8.0f, kInf},
      {"silu far below", silu, [](double x) { return x / (1 + std::exp(-x)); }, 64.0, -80.0f,
       -8.0f},
      {"gelu", geluErf, [](double x) { return x * std::erfc(-x / std::sqrt(2.0)) / 2; }, 20.0, 0.0f,
       kInf},
      {"gelu below", geluErf, [](double x) { return x * std::erfc(-x / std::sqrt(2.0)) / 2; }, 72.0,
       -4.5f, 0.0f},
      {"geluTanh", geluTanh, geluTanhExact, 24.0, -0.5f, kInf},
      {"geluTanh below", geluTanh, geluTanhExact, 96.0, -4.5f, 0.0f},
  };
  for (const Case& c : cases) {
    double worst = 0;
    float at = 0, gave = 0;
    const auto xs = sweep();
    for (size_t i = 0; i < xs.size(); i += 4) {
      float y[4];
      store(y, c.fn(load(&xs[i])));
      for (int k = 0; k < 4; ++k) {
        const float x = xs[i + size_t(k)];
        if (x < c.lo || x > c.hi) continue;
        const double u = ulps(y[k], c.want(double(x)));
        if (u > worst) worst = u, at = x, gave = y[k];
      }
    }
    EXPECT_LE(worst, c.maxUlps) << c.name << " at " << at << " gave " << gave << " want "
                                << c.want(double(at));
    RecordProperty(c.name, std::to_string(worst));
  }
}

TEST(Math, Pow) {
  const float specials[] = {0.0f,    -0.0f, kInf,   -kInf,     NAN,        1.0f,  -1.0f,
                            2.0f,    -2.0f, 0.5f,   -0.5f,     3.0f,       -3.0f, 1e-40f,
                            -1e-40f, 1e38f, -1e38f, 0x1p-126f, 1.0000001f, 100.5f};
  double worst = 0;
  const auto check = [&](float x, float y) {
    float r[4];
    store(r, pow(splat(x), splat(y)));
    const double want = std::pow(double(x), double(y)), u = ulps(r[0], want);
    if (u > 1.0) ADD_FAILURE() << x << " ^ " << y << " gave " << r[0] << " want " << want;
    worst = std::max(worst, u);
  };
  for (float x : specials)
    for (float y : specials) check(x, y);
  uint32_t seed = 1;
  const auto next = [&] { return seed = seed * 1664525u + 1013904223u; };
  for (int i = 0; i < 200000; ++i) {
    const float x = std::bit_cast<float>(next() & 0x7FFFFFFF);
    const float y = float(int32_t(next())) * 0x1p-31f * (i % 2 ? 3.0f : 140.0f);
    check(x, y);
  }
  RecordProperty("pow", std::to_string(worst));
}

TEST(Math, GeluFarBelow) {
  for (float x : sweep()) {
    if (!(x < -4.5f)) continue;
    float y[4];
    store(y, geluErf(splat(x)));
    const double want = x * std::erfc(-x / std::sqrt(2.0)) / 2;
    if (std::isinf(x))
      EXPECT_TRUE(std::isnan(y[0]));
    else
      EXPECT_NEAR(y[0], want, 1e-8) << x;
  }
}

TEST(Math, LanesAreIndependent) {
  const auto xs = sweep();
  for (Fn f : {Fn(exp), Fn(erf), Fn(sin), Fn(tan), Fn(log1p), Fn(softplus)})
    for (size_t i = 0; i + 4 <= xs.size(); i += 401) {
      float together[4], alone[4];
      store(together, f(load(&xs[i])));
      for (int k = 0; k < 4; ++k) {
        store(alone, f(splat(xs[i + size_t(k)])));
        ASSERT_TRUE(std::bit_cast<uint32_t>(alone[0]) == std::bit_cast<uint32_t>(together[k]) ||
                    (std::isnan(alone[0]) && std::isnan(together[k])));
      }
    }
}

}  // namespace
}  // namespace smw::simd
