// Fourier transforms of any length.
#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <vector>

namespace smw::kernels {

/// The transform of n complex numbers: X[k] = sum x[j] exp(-2 pi i j k / n), or with + for the
/// inverse, which is not divided by n. Lengths whose prime factors are small go by mixed radix
/// steps; others through a convolution of a power of two (Bluestein).
class Fft {
 public:
  using Complex = std::complex<double>;

  /// Complex numbers that the tables of a transform of n take; about 4n at most.
  static int64_t tableSize(int64_t n);
  /// Fills `table`, which must outlive the object. n >= 1.
  Fft(int64_t n, Complex* table);

  int64_t size() const { return n_; }
  /// Complex numbers of scratch for run().
  int64_t scratchSize() const { return convolved_ ? 2 * convolved_ : n_; }
  /// In place.
  void run(Complex* x, Complex* scratch, bool inverse) const;

 private:
  void forward(Complex* x, Complex* scratch) const;
  void mixedRadix(int64_t n, const Complex* roots, Complex* x, Complex* scratch) const;
  void bluestein(Complex* x, Complex* scratch) const;

  int64_t n_, convolved_ = 0;  // length of Bluestein's convolution, 0 without
  const Complex *roots_, *chirp_ = nullptr, *filter_ = nullptr;
};

/// The transform of n real numbers to the n / 2 + 1 first coefficients, and back. Even lengths are
/// done as n / 2 complex numbers.
class RealFft {
 public:
  using Complex = Fft::Complex;

  static int64_t tableSize(int64_t n);
  RealFft(int64_t n, Complex* table);

  int64_t coefficients() const { return n_ / 2 + 1; }
  /// Complex numbers of scratch for both directions.
  int64_t scratchSize() const { return fft_.size() + 1 + fft_.scratchSize(); }
  void forward(const double* x, Complex* out, Complex* scratch) const;
  /// n times the inverse. Imaginary parts of the first and, for even n, last coefficient are
  /// ignored.
  void backward(const Complex* in, double* x, Complex* scratch) const;

 private:
  bool isEven() const { return n_ % 2 == 0; }
  int64_t n_;
  Complex* roots_;
  Fft fft_;
};

}  // namespace smw::kernels
