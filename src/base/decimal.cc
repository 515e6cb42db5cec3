#include "base/decimal.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace smw {
namespace {

/// 0.d0 d1 d2... * 10^point. No double needs more than 767 digits to be told from its neighbours;
/// of digits beyond, it is enough to know that there are some.
class Decimal {
 public:
  void push(int digit) {
    if (n_ < kMost)
      d_[n_++] = uint8_t(digit);
    else
      cut_ = cut_ || digit != 0;
  }
  bool zero() const { return n_ == 0; }
  int& point() { return point_; }

  void trim() {
    while (n_ > 0 && d_[n_ - 1] == 0) --n_;
  }
  /// Times 2^k, k <= 59.
  void up(int k) {
    uint8_t product[kMost + 20];
    uint8_t* const last = product + sizeof product;
    uint8_t* at = last;
    uint64_t carry = 0;
    for (int i = n_; i > 0 || carry > 0; carry /= 10) {
      if (i > 0) carry += uint64_t(d_[--i]) << k;
      *--at = uint8_t(carry % 10);
    }
    point_ += int(last - at) - n_;
    n_ = 0;
    while (at < last) push(*at++);
    trim();
  }
  /// Divided by 2^k, k <= 59.
  void down(int k) {
    uint64_t rest = 0;
    const int before = n_;
    int in = 0;
    while (rest >> k == 0) rest = rest * 10 + (in < before ? d_[in] : 0), ++in;
    point_ -= in - 1;
    n_ = 0;
    // Digits are written where they have been read already.
    for (; rest > 0 || in < before; ++in) {
      push(int(rest >> k));
      rest = (rest & ((uint64_t(1) << k) - 1)) * 10 + (in < before ? d_[in] : 0);
    }
    trim();
  }
  /// The integer part, ties to even. At most 19 digits.
  uint64_t rounded() const {
    uint64_t v = 0;
    int i = 0;
    for (; i < point_; ++i) v = v * 10 + (i < n_ ? d_[i] : 0);
    if (point_ < 0 || i >= n_ || d_[i] < 5) return v;
    const bool tie = d_[i] == 5 && i + 1 == n_ && !cut_;
    return v + (!tie || v % 2 == 1);
  }
  /// The value as a number of `bits` bits, whose exponents begin at `least`.
  double round(int bits, int least) {
    if (zero() || point_ < -400) return 0;
    if (point_ > 400) return INFINITY;
    int exponent = 0;
    while (point_ > 0) {
      const int k = std::min(3 * point_, 59);
      down(k);
      exponent += k;
    }
    while (point_ < 0 || d_[0] < 5) {
      const int k = point_ < 0 ? std::min(-3 * point_, 59) : 1;
      up(k);
      exponent -= k;
    }
    for (int k; exponent < least; exponent += k) {
      k = std::min(least - exponent, 59);
      down(k);
      if (zero()) return 0;
    }
    up(bits);
    return std::ldexp(double(rounded()), exponent - bits);
  }

 private:
  static constexpr int kMost = 800;
  uint8_t d_[kMost];
  int n_ = 0, point_ = 0;
  bool cut_ = false;
};

bool isDigit(char c) { return c >= '0' && c <= '9'; }
const char* skip(const char* p, const char* word) {
  while (*word && (*p | 32) == *word) ++p, ++word;
  return *word ? nullptr : p;
}

double parse(const char* text, const char** end, int bits, int least) {
  const char* p = text;
  const bool negative = *p == '-';
  if (*p == '-' || *p == '+') ++p;
  double v = NAN;
  const char* after = skip(p, "nan");
  if (!after && (after = skip(p, "inf"))) {
    v = INFINITY;
    if (const char* longer = skip(p, "infinity")) after = longer;
  }
  if (!after) {
    Decimal d;
    bool fraction = false, any = false;
    uint64_t small = 0;  // all digits, where they are few
    int digits = 0, scale = 0;
    for (;; ++p) {
      if (*p == '.' && !fraction) {
        fraction = true;
        continue;
      }
      if (!isDigit(*p)) break;
      any = true;
      scale -= fraction;
      if (*p == '0' && digits == 0) continue;  // leading zeros
      if (++digits <= 15) small = small * 10 + uint64_t(*p - '0');
      d.push(*p - '0');
    }
    after = any ? p : text;
    if (any && (*p | 32) == 'e') {
      const bool down = *++p == '-';
      if (*p == '-' || *p == '+') ++p;
      int e = 0;
      for (; isDigit(*p); after = ++p) e = std::min(e * 10 + (*p - '0'), 100'000);
      scale += down ? -e : e;
    }
    if (digits <= 15 && scale >= -22 && scale <= 22 && bits == 53) {
      // Both are exact, so one division or product rounds once.
      double power = 1;
      for (int i = std::abs(scale); i > 0; --i) power *= 10;
      v = scale < 0 ? double(small) / power : double(small) * power;
    } else {
      d.trim();
      d.point() = digits + scale;
      v = d.round(bits, least);
    }
  }
  if (end) *end = after;
  return negative && after != text ? -v : v;
}

}  // namespace

double parseDouble(const char* text, const char** end) { return parse(text, end, 53, -1021); }
float parseFloat(const char* text, const char** end) { return float(parse(text, end, 24, -125)); }

}  // namespace smw
