#include "kernels/fft.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "kernels/reference.h"

namespace smw::kernels::test {
namespace {

using Numbers64 = std::vector<std::complex<double>>;

Numbers64 plainTransform(const Numbers64& x, double sign) {
  const int64_t n = int64_t(x.size());
  Numbers64 out(x.size());
  for (int64_t k = 0; k < n; ++k)
    for (int64_t j = 0; j < n; ++j)
      out[size_t(k)] += x[size_t(j)] * std::polar(1.0, sign * 2 * std::numbers::pi *
                                                           double(j * k % n) / double(n));
  return out;
}

std::vector<int64_t> lengths() {
  std::vector<int64_t> all;
  for (int64_t n = 1; n <= 67; ++n) all.push_back(n);
  for (int64_t n : {97, 101, 128, 169, 256, 480, 512, 1009}) all.push_back(n);
  return all;
}

void checkComplex(double limit) {
  for (const int64_t n : lengths())
    for (const bool inverse : {false, true}) {
      Numbers random{uint64_t(n)};
      Numbers64 x;
      std::vector<Fft::Complex> y;
      for (int64_t i = 0; i < n; ++i) {
        x.emplace_back(random.next(), random.next());
        y.emplace_back(x.back().real(), x.back().imag());
      }
      std::vector<Fft::Complex> table(size_t(Fft::tableSize(n)));
      const Fft fft(n, table.data());
      std::vector<Fft::Complex> scratch(size_t(fft.scratchSize()));
      fft.run(y.data(), scratch.data(), inverse);
      const Numbers64 want = plainTransform(x, inverse ? 1 : -1);
      for (int64_t k = 0; k < n; ++k)
        ASSERT_LT(std::abs(std::complex<double>(y[size_t(k)]) - want[size_t(k)]),
                  limit * std::sqrt(double(n)))
            << n << " at " << k;
    }
}

void checkReal(double limit) {
  for (const int64_t n : lengths()) {
    Numbers random{uint64_t(n)};
    Numbers64 x;
    std::vector<double> y;
    for (int64_t i = 0; i < n; ++i) {
      x.emplace_back(random.next());
      y.push_back(x.back().real());
    }
    std::vector<Fft::Complex> table(size_t(RealFft::tableSize(n)));
    const RealFft fft(n, table.data());
    std::vector<Fft::Complex> scratch(size_t(fft.scratchSize())), out(size_t(fft.coefficients()));
    fft.forward(y.data(), out.data(), scratch.data());
    const Numbers64 want = plainTransform(x, -1);
    for (size_t k = 0; k < out.size(); ++k)
      ASSERT_LT(std::abs(std::complex<double>(out[k]) - want[k]), limit * std::sqrt(double(n)))
          << n << " at " << k;
    std::vector<double> back(static_cast<size_t>(n));
    fft.backward(out.data(), back.data(), scratch.data());
    for (size_t i = 0; i < back.size(); ++i)
      ASSERT_NEAR(double(back[i]) / double(n), x[i].real(), limit) << n << " at " << i;
  }
}

TEST(Fft, MatchesTheDefinition) { checkComplex(1e-13); }
TEST(RealFft, MatchesTheDefinitionAndComesBack) { checkReal(1e-13); }

}  // namespace
}  // namespace smw::kernels::test
