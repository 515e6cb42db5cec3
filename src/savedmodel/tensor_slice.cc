#include "savedmodel/tensor_slice.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/strings.h"
#include "proto/tensor_bundle.pb.h"

namespace smw {
namespace {

Error badSpec(std::string_view spec) {
  return invalidArgument("not a slice of a tensor: ", jsonQuote(spec));
}

bool readNumber(std::string_view s, int64_t& v) {
  const auto r = std::from_chars(s.data(), s.data() + s.size(), v);
  return r.ec == std::errc() && r.ptr == s.data() + s.size() && v >= 0;
}

// Bytes between neighbours along each dimension.
Dims strides(std::span<const int64_t> lengths, size_t elementSize) {
  Dims s(lengths.size(), int64_t(elementSize));
  for (size_t d = lengths.size(); d-- > 1;) s[d - 1] = s[d] * lengths[d];
  return s;
}

}  // namespace

bool TensorSlice::isFull() const {
  return std::all_of(lengths.begin(), lengths.end(), [](int64_t n) { return n == kFull; });
}

TensorSlice TensorSlice::full(int rank) {
  return {.starts = Dims(size_t(rank), 0), .lengths = Dims(size_t(rank), kFull)};
}

TensorSlice TensorSlice::fromProto(const tensorflow::TensorSliceProto& proto) {
  TensorSlice s;
  for (const auto& e : proto.extent()) {
    const bool whole = !e.has_length();
    s.starts.push_back(whole ? 0 : e.start());
    s.lengths.push_back(whole ? kFull : e.length());
  }
  return s;
}

Result<TensorSlice> TensorSlice::parse(std::string_view spec) {
  TensorSlice s;
  for (size_t at = 0; at <= spec.size() && !spec.empty();) {
    const size_t colon = std::min(spec.find(':', at), spec.size());
    const std::string_view part = spec.substr(at, colon - at);
    int64_t start = 0, length = kFull;
    if (part != "-") {
      const size_t comma = part.find(',');
      if (comma == std::string_view::npos || !readNumber(part.substr(0, comma), start) ||
          !readNumber(part.substr(comma + 1), length))
        return badSpec(spec);
    }
    s.starts.push_back(start);
    s.lengths.push_back(length);
    at = colon + 1;
  }
  return s;
}

std::string TensorSlice::toString() const {
  std::string s;
  for (int d = 0; d < rank(); ++d) {
    if (d > 0) s += ':';
    s += lengths[size_t(d)] == kFull ? "-" : cat(starts[size_t(d)], ",", lengths[size_t(d)]);
  }
  return s;
}

Result<TensorSlice> TensorSlice::within(const Shape& shape) const {
  if (rank() != shape.rank())
    return invalidArgument("the slice ", toString(), " has another rank than the shape ", shape);
  TensorSlice s = *this;
  for (size_t d = 0; d < starts.size(); ++d) {
    const int64_t size = shape[int(d)];
    if (s.lengths[d] == kFull) s.lengths[d] = size;
    if (s.starts[d] < 0 || s.lengths[d] < 0 || s.starts[d] > size ||
        s.lengths[d] > size - s.starts[d])
      return invalidArgument("the slice ", toString(), " does not lie in the shape ", shape);
  }
  return s;
}

Result<std::optional<ShapeAndSlice>> parseShapeAndSlice(std::string_view spec) {
  if (spec.empty()) return std::optional<ShapeAndSlice>();
  // Numbers of the full shape, each with a space behind it, then the slice.
  const size_t last = spec.rfind(' ');
  if (last == std::string_view::npos) return badSpec(spec);
  Dims dims;
  for (size_t at = 0; at < last;) {
    const size_t space = spec.find(' ', at);
    int64_t v;
    if (!readNumber(spec.substr(at, space - at), v)) return badSpec(spec);
    dims.push_back(v);
    at = space + 1;
  }
  ShapeAndSlice r;
  r.fullShape = SMW_TRY(Shape::make(dims));
  r.slice = SMW_TRY(TensorSlice::parse(spec.substr(last + 1)));
  SMW_TRY(r.slice.within(r.fullShape));
  return std::optional<ShapeAndSlice>(std::move(r));
}

void copyBoxRun(const TensorSlice& from, int64_t offset, std::span<const std::byte> bytes,
                const TensorSlice& to, std::byte* destination, size_t elementSize) {
  const int rank = from.rank();
  const int64_t e = int64_t(elementSize);
  if (rank == 0) {
    std::memcpy(destination + offset, bytes.data(), bytes.size());
    return;
  }
  const Dims toStrides = strides(to.lengths, elementSize);
  const size_t inner = size_t(rank) - 1;
  const int64_t rowBytes = from.lengths[inner] * e;
  const std::byte* p = bytes.data();
  for (int64_t left = int64_t(bytes.size()); left > 0;) {
    // One run within an innermost row of `from`: elements [column, column + n) of row `row`.
    int64_t row = offset / rowBytes;
    const int64_t column = offset % rowBytes / e,
                  n = std::min(left, rowBytes - offset % rowBytes) / e;
    int64_t at = 0;  // where that row begins in `to`
    bool inside = true;
    for (size_t d = inner; d-- > 0;) {
      const int64_t index = from.starts[d] + row % from.lengths[d] - to.starts[d];
      row /= from.lengths[d];
      if (index < 0 || index >= to.lengths[d]) inside = false;
      at += index * toStrides[d];
    }
    const int64_t first = from.starts[inner] + column;
    const int64_t begin = std::max(first, to.starts[inner]);
    const int64_t end = std::min(first + n, to.starts[inner] + to.lengths[inner]);
    if (inside && begin < end)
      std::memcpy(destination + at + (begin - to.starts[inner]) * e, p + (begin - first) * e,
                  size_t((end - begin) * e));
    p += n * e;
    offset += n * e;
    left -= n * e;
  }
}

int64_t commonElements(const TensorSlice& a, const TensorSlice& b) {
  int64_t n = 1;
  for (size_t d = 0; d < a.starts.size(); ++d) {
    const int64_t begin = std::max(a.starts[d], b.starts[d]);
    const int64_t end = std::min(a.starts[d] + a.lengths[d], b.starts[d] + b.lengths[d]);
    n *= std::max<int64_t>(0, end - begin);  // no overflow: at most the elements of either
  }
  return n;
}

}  // namespace smw
