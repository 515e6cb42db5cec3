// Multiply-add that wraps around for integers, as TensorFlow's does.
#pragma once

#include <complex>
#include <cstdint>
#include <type_traits>

namespace smw::kernels {

template <typename T>
inline constexpr bool kIsComplex = false;
template <typename T>
inline constexpr bool kIsComplex<std::complex<T>> = true;

/// a * b + c.
template <typename T>
T wrapMulAdd(T a, T b, T c) {
  if constexpr (std::is_integral_v<T>) {
    return T(uint64_t(a) * uint64_t(b) + uint64_t(c));
  } else if constexpr (kIsComplex<T>) {
    // Spelled out: std::complex's product calls a slow helper that mends NaN.
    return {c.real() + (a.real() * b.real() - a.imag() * b.imag()),
            c.imag() + (a.real() * b.imag() + a.imag() * b.real())};
  } else {
    return a * b + c;
  }
}

}  // namespace smw::kernels
