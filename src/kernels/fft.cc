#include "kernels/fft.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <utility>

namespace smw::kernels {

namespace {

using Complex = Fft::Complex;

/// Larger prime factors go through Bluestein's convolution.
constexpr int64_t kMostRadix = 13;

int64_t nextRadix(int64_t n) {
  for (int64_t r : {4, 2, 3, 5, 7, 11, 13})
    if (n % r == 0) return r;
  return 0;
}

bool isSmooth(int64_t n) {
  while (n > 1) {
    const int64_t r = nextRadix(n);
    if (r == 0) return false;
    n /= r;
  }
  return true;
}

int64_t convolutionSize(int64_t n) { return int64_t(std::bit_ceil(uint64_t(2 * n - 1))); }

/// exp(-2 pi i k / n)
Complex root(int64_t k, int64_t n) {
  const double angle = -2 * std::numbers::pi * (double(k) / double(n));
  return {std::cos(angle), std::sin(angle)};
}

// std::complex's product looks after infinities, at a price that no transform needs to pay.
inline Complex times(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}
/// a * -i
inline Complex turn(Complex a) { return {a.imag(), -a.real()}; }

/// b[j] = sum over k of a[k] exp(-2 pi i j k / 4), or / 2.
template <int R>
inline void butterfly(const Complex* a, Complex* b) {
  if constexpr (R == 2) {
    b[0] = a[0] + a[1];
    b[1] = a[0] - a[1];
  } else {
    const auto s = a[0] + a[2], d = a[0] - a[2], t = a[1] + a[3], u = turn(a[1] - a[3]);
    b[0] = s + t;
    b[1] = d + u;
    b[2] = s - t;
    b[3] = d - u;
  }
}
/// The same for any odd radix; `rootsOfR[t]` is exp(-2 pi i t / r).
inline void butterfly(int r, const Complex* a, Complex* b, const Complex* rootsOfR) {
  for (int j = 0; j < r; ++j) {
    Complex sum = a[0];
    for (int k = 1, t = j; k < r; ++k, t += t + j < r ? j : j - r) sum += times(a[k], rootsOfR[t]);
    b[j] = sum;
  }
}

/// One step of a self-sorting transform: m groups of `radix` numbers, each `s` neighbours at once.
/// R is the radix where it is even, else 0.
template <int R>
void step(int radix, int64_t m, int64_t s, int64_t n, const Complex* roots, const Complex* x,
          Complex* y) {
  const int r = R ? R : radix;
  Complex rootsOfR[kMostRadix], w[kMostRadix], a[kMostRadix], b[kMostRadix];
  if (!R)
    for (int t = 0; t < r; ++t) rootsOfR[t] = roots[n / r * t];
  for (int64_t p = 0; p < m; ++p) {
    for (int j = 1; j < r; ++j) w[j] = roots[p * j * s];
    for (int64_t q = 0; q < s; ++q) {
      for (int k = 0; k < r; ++k) a[k] = x[q + s * (p + m * k)];
      if constexpr (R)
        butterfly<R>(a, b);
      else
        butterfly(r, a, b, rootsOfR);
      y[q + s * r * p] = b[0];
      for (int j = 1; j < r; ++j) y[q + s * (r * p + j)] = times(b[j], w[j]);
    }
  }
}

void swapParts(Complex* x, int64_t n) {
  for (int64_t i = 0; i < n; ++i) x[i] = {x[i].imag(), x[i].real()};
}

}  // namespace

int64_t Fft::tableSize(int64_t n) {
  if (isSmooth(n)) return n;
  return n + 2 * convolutionSize(n);
}

Fft::Fft(int64_t n, Complex* table) : n_(n), roots_(table) {
  if (isSmooth(n)) {
    for (int64_t k = 0; k < n; ++k) table[k] = root(k, n);
    return;
  }
  // Bluestein: j k = (j^2 + k^2 - (k - j)^2) / 2 makes a convolution with a chirp out of it.
  convolved_ = convolutionSize(n);
  Complex *roots = table, *chirp = roots + convolved_, *filter = chirp + n;
  for (int64_t k = 0; k < convolved_; ++k) roots[k] = root(k, convolved_);
  // k^2 mod 2n, kept small step by step.
  for (int64_t k = 0, square = 0; k < n; square = (square + 2 * k + 1) % (2 * n), ++k)
    chirp[k] = root(square, 2 * n);
  std::fill(filter, filter + convolved_, Complex());
  filter[0] = std::conj(chirp[0]);
  for (int64_t k = 1; k < n; ++k) filter[k] = filter[convolved_ - k] = std::conj(chirp[k]);
  chirp_ = chirp;
  filter_ = filter;
  std::vector<Complex> scratch(static_cast<size_t>(convolved_));
  mixedRadix(convolved_, roots, filter, scratch.data());
  for (int64_t k = 0; k < convolved_; ++k) filter[k] /= double(convolved_);
}

void Fft::mixedRadix(int64_t n, const Complex* roots, Complex* x, Complex* scratch) const {
  Complex *from = x, *to = scratch;
  int64_t s = 1;
  for (int64_t left = n; left > 1;) {
    const int64_t r = nextRadix(left), m = left / r;
    if (r == 4)
      step<4>(4, m, s, n, roots, from, to);
    else if (r == 2)
      step<2>(2, m, s, n, roots, from, to);
    else
      step<0>(int(r), m, s, n, roots, from, to);
    left = m;
    s *= r;
    std::swap(from, to);
  }
  if (from != x) std::copy_n(from, n, x);
}

void Fft::bluestein(Complex* x, Complex* scratch) const {
  Complex *a = scratch, *inner = scratch + convolved_;
  for (int64_t k = 0; k < n_; ++k) a[k] = times(x[k], chirp_[k]);
  std::fill(a + n_, a + convolved_, Complex());
  mixedRadix(convolved_, roots_, a, inner);
  for (int64_t k = 0; k < convolved_; ++k) a[k] = times(a[k], filter_[k]);
  swapParts(a, convolved_);
  mixedRadix(convolved_, roots_, a, inner);
  swapParts(a, convolved_);
  for (int64_t k = 0; k < n_; ++k) x[k] = times(a[k], chirp_[k]);
}

void Fft::forward(Complex* x, Complex* scratch) const {
  if (convolved_)
    bluestein(x, scratch);
  else
    mixedRadix(n_, roots_, x, scratch);
}

void Fft::run(Complex* x, Complex* scratch, bool inverse) const {
  // With real and imaginary parts swapped on both sides, the forward transform is the inverse.
  if (inverse) swapParts(x, n_);
  forward(x, scratch);
  if (inverse) swapParts(x, n_);
}

int64_t RealFft::tableSize(int64_t n) {
  if (n % 2) return Fft::tableSize(n);
  return n / 2 + 1 + Fft::tableSize(n / 2);
}

RealFft::RealFft(int64_t n, Complex* table)
    : n_(n), roots_(table), fft_(n % 2 ? n : n / 2, n % 2 ? table : table + n / 2 + 1) {
  if (isEven())
    for (int64_t k = 0; k <= n / 2; ++k) roots_[k] = root(k, n);
}

void RealFft::forward(const double* x, Complex* out, Complex* scratch) const {
  const int64_t h = fft_.size();
  Complex *z = scratch, *inner = scratch + h + 1;
  if (!isEven()) {
    for (int64_t i = 0; i < n_; ++i) z[i] = x[i];
    fft_.run(z, inner, false);
    std::copy_n(z, coefficients(), out);
    return;
  }
  // Even elements as real, odd ones as imaginary parts; their spectra are told apart by symmetry.
  for (int64_t i = 0; i < h; ++i) z[i] = {x[2 * i], x[2 * i + 1]};
  fft_.run(z, inner, false);
  z[h] = z[0];
  for (int64_t k = 0; k <= h; ++k) {
    const Complex mirrored = std::conj(z[h - k]);
    const Complex even = (z[k] + mirrored) * 0.5, odd = turn(z[k] - mirrored) * 0.5;
    out[k] = even + times(odd, roots_[k]);
  }
  out[0].imag(0);
  out[h].imag(0);
}

void RealFft::backward(const Complex* in, double* x, Complex* scratch) const {
  const int64_t h = fft_.size();
  Complex *z = scratch, *inner = scratch + h + 1;
  if (!isEven()) {
    z[0] = in[0].real();
    for (int64_t k = 1; k < coefficients(); ++k) {
      z[k] = in[k];
      z[n_ - k] = std::conj(in[k]);
    }
    fft_.run(z, inner, true);
    for (int64_t i = 0; i < n_; ++i) x[i] = z[i].real();
    return;
  }
  const auto at = [&](int64_t k) { return k == 0 || k == h ? Complex(in[k].real()) : in[k]; };
  for (int64_t k = 0; k < h; ++k) {
    const Complex a = at(k), mirrored = std::conj(at(h - k));
    const Complex even = a + mirrored, odd = times(a - mirrored, std::conj(roots_[k]));
    z[k] = {even.real() - odd.imag(), even.imag() + odd.real()};
  }
  fft_.run(z, inner, true);
  for (int64_t i = 0; i < h; ++i) {
    x[2 * i] = z[i].real();
    x[2 * i + 1] = z[i].imag();
  }
}

}  // namespace smw::kernels
