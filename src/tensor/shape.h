// Fully known shapes (Shape) and shapes from signatures that may have unknown parts (PartialShape).
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>

#include "base/checked.h"
#include "base/small_vector.h"
#include "base/status.h"

namespace smw {

/// Dimensions of a tensor. Every dimension is >= 0 and their product fits an int64: `make` checks
/// it, and the operations below keep it, so numElements() cannot overflow.
class Shape {
 public:
  Shape() = default;  // scalar
  /// For dimensions that are known to be sound, such as literals in tests.
  Shape(std::initializer_list<int64_t> dims) : dims_(dims) { count(); }

  /// INVALID_ARGUMENT where a dimension is negative, there are more than 254, or the product
  /// overflows.
  static Result<Shape> make(std::span<const int64_t> dims);

  int rank() const { return int(dims_.size()); }
  int64_t operator[](int i) const { return dims_[size_t(i)]; }
  int64_t back() const { return dims_.back(); }
  std::span<const int64_t> dims() const { return dims_; }
  /// A Shape may be a part of a message.
  SMW_INLINE const Dims& messageDims() const { return dims_; }
  int64_t numElements() const { return elements_; }
  bool isScalar() const { return dims_.empty(); }

  /// The product of dims [from, to).
  int64_t product(int from, int to) const;
  /// `axis` in [-rank, rank) made non-negative, or INVALID_ARGUMENT naming `what`.
  Result<int> axis(int64_t axis, const char* what = "axis") const;

  /// "[2,3]"
  std::string toString() const;
  friend bool operator==(const Shape& a, const Shape& b) { return a.dims_ == b.dims_; }

 private:
  void count();
  Dims dims_;
  int64_t elements_ = 1;
};

/// A shape in which the rank or single dimensions (-1) may be unknown.
class PartialShape {
 public:
  PartialShape() = default;  // unknown rank
  explicit PartialShape(std::span<const int64_t> dims) : known_(true), dims_(dims) {}
  explicit PartialShape(const Shape& s) : PartialShape(s.dims()) {}

  bool unknownRank() const { return !known_; }
  int rank() const { return known_ ? int(dims_.size()) : -1; }
  std::span<const int64_t> dims() const { return dims_; }
  bool matches(const Shape& s) const;
  std::optional<Shape> fullyKnown() const;
  /// "[?,3]" or "<unknown>"
  std::string toString() const;

 private:
  bool known_ = false;
  Dims dims_;
};

/// The shape that `a` and `b` broadcast to, NumPy's rules; INVALID_ARGUMENT "Incompatible shapes:
/// ...".
Result<Shape> broadcastShapes(const Shape& a, const Shape& b);

}  // namespace smw
