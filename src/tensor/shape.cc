#include "tensor/shape.h"

#include <algorithm>

#include "base/strings.h"

namespace smw {

namespace {
constexpr size_t kMaxRank = 254;  // TensorShape::MaxDimensions()
}  // namespace

Result<Shape> Shape::make(std::span<const int64_t> dims) {
  if (dims.size() > kMaxRank)
    return invalidArgument("shape has ", dims.size(), " dimensions, more than ", kMaxRank);
  // TensorFlow refuses a product that overflows even where another dimension is zero.
  int64_t n = 1;
  for (int64_t d : dims) {
    auto r = d == 0 ? Result<int64_t>(n) : mul(n, d);
    if (d < 0) return invalidArgument("dimension ", d, " in a shape must be >= 0");
    if (!r) return invalidArgument("shape ", Dims(dims), " has too many elements");
    n = *r;
  }
  Shape s;
  s.dims_ = Dims(dims);
  s.count();
  return s;
}

void Shape::count() {
  elements_ = 1;
  for (int64_t d : dims_)
    if (d == 0) {
      elements_ = 0;
      return;
    }
  for (int64_t d : dims_) elements_ *= d;
}

int64_t Shape::product(int from, int to) const {
  int64_t n = 1;
  for (int i = from; i < to; ++i)
    if (dims_[size_t(i)] == 0) return 0;
  for (int i = from; i < to; ++i) n *= dims_[size_t(i)];
  return n;
}

Result<int> Shape::axis(int64_t axis, const char* what) const {
  if (axis < -rank() || axis >= rank())
    return invalidArgument(what, " ", axis, " is out of range for shape ", *this, " of rank ",
                           rank());
  return int(axis < 0 ? axis + rank() : axis);
}

std::string Shape::toString() const { return cat(dims_); }

bool PartialShape::matches(const Shape& s) const {
  if (!known_) return true;
  if (s.rank() != rank()) return false;
  for (int i = 0; i < rank(); ++i)
    if (dims_[size_t(i)] >= 0 && dims_[size_t(i)] != s[i]) return false;
  return true;
}

std::optional<Shape> PartialShape::fullyKnown() const {
  if (!known_ || std::ranges::any_of(dims_, [](int64_t d) { return d < 0; })) return std::nullopt;
  auto s = Shape::make(dims_);
  return s ? std::optional(*std::move(s)) : std::nullopt;
}

std::string PartialShape::toString() const { return known_ ? cat(dims_) : "<unknown>"; }

Result<Shape> broadcastShapes(const Shape& a, const Shape& b) {
  if (a == b) return a;
  const int rank = std::max(a.rank(), b.rank());
  Dims dims(size_t(rank), 1);
  for (int i = 0; i < rank; ++i) {
    const int ia = i - (rank - a.rank()), ib = i - (rank - b.rank());
    const int64_t da = ia < 0 ? 1 : a[ia], db = ib < 0 ? 1 : b[ib];
    if (da != db && da != 1 && db != 1)
      return invalidArgument("Incompatible shapes: ", a, " vs. ", b);
    dims[size_t(i)] = da == 1 ? db : da;
  }
  return Shape::make(dims);
}

}  // namespace smw
