#include "ops/einsum_operand.h"

#include <algorithm>

namespace smw {

namespace {

/// a * b for strides: next to a dimension of size 0 they may be too large, and are never used.
int64_t wrappingMul(int64_t a, int64_t b) { return int64_t(uint64_t(a) * uint64_t(b)); }

/// Calls f(offset) for every position of the axes, the last one fastest.
template <typename F>
void forEach(std::span<const Axis> axes, F f) {
  SmallVector<int64_t, 8> at(axes.size(), 0);
  int64_t offset = 0;
  for (const Axis& a : axes)
    if (a.size == 0) return;
  for (;;) {
    f(offset);
    size_t d = axes.size();
    for (; d > 0; --d) {
      const Axis& a = axes[d - 1];
      offset += a.stride;
      if (++at[d - 1] < a.size) break;
      offset -= a.stride * a.size;
      at[d - 1] = 0;
    }
    if (d == 0) return;
  }
}

template <typename T>
void gatherSum(const GatherSum& g, const T* from, T* to) {
  std::vector<Axis> target;
  int64_t stride = 1;
  for (size_t i = g.kept.size(); i-- > 0;) {
    target.push_back({0, g.kept[i].size, g.toStrides.empty() ? stride : g.toStrides[i]});
    stride = wrappingMul(stride, g.kept[i].size);
  }
  std::ranges::reverse(target);
  std::vector<int64_t> places;
  if (!g.toStrides.empty()) forEach(target, [&](int64_t o) { places.push_back(o); });
  size_t i = 0;
  forEach(g.kept, [&](int64_t base) {
    T sum = T();
    if (g.summed.empty())
      sum = from[base];
    else
      forEach(g.summed, [&](int64_t o) { sum = T(sum + from[base + o]); });
    to[places.empty() ? int64_t(i) : places[i]] = sum;
    ++i;
  });
}

template <typename T>
void gatherSum(const GatherSum& g, const void* from, void* to) {
  gatherSum(g, static_cast<const T*>(from), static_cast<T*>(to));
}

}  // namespace

const Axis* LabelledView::find(Label l) const {
  const auto at = std::ranges::find(axes, l, &Axis::label);
  return at == axes.end() ? nullptr : &*at;
}

int64_t LabelledView::stride(Label l) const {
  const Axis* a = find(l);
  return a && a->size > 1 ? a->stride : 0;
}

LabelledView viewOf(std::span<const Label> labels, const Shape& shape) {
  LabelledView v;
  int64_t stride = 1;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    const Label l = labels[size_t(d)];
    const auto at = std::ranges::find(v.axes, l, &Axis::label);
    if (at != v.axes.end())
      at->stride = int64_t(uint64_t(at->stride) + uint64_t(stride));
    else
      v.axes.push_back({l, shape[d], stride});
    stride = wrappingMul(stride, shape[d]);
  }
  std::ranges::reverse(v.axes);
  return v;
}

LabelledView contiguousView(std::span<const Label> labels, const EinsumLabels& e) {
  LabelledView v;
  int64_t stride = 1;
  for (size_t i = labels.size(); i-- > 0;) {
    v.axes.push_back({labels[i], e.sizeOf(labels[i]), stride});
    stride = wrappingMul(stride, v.axes.back().size);
  }
  std::ranges::reverse(v.axes);
  return v;
}

Merged merge(const LabelledView& v, std::span<const Label> labels, const EinsumLabels& e) {
  Merged m;
  bool first = true;
  for (size_t i = labels.size(); i-- > 0;) {
    const int64_t size = e.sizeOf(labels[i]), stride = v.stride(labels[i]);
    if (size == 1) continue;
    if (first)
      m.stride = stride;
    else if (stride != wrappingMul(m.stride, m.size))
      m.possible = false;
    m.size = wrappingMul(m.size, size);
    first = false;
  }
  return m;
}

void GatherSum::run(const void* from, void* to) const {
  switch (dtype) {
    case DType::kFloat:
      return gatherSum<float>(*this, from, to);
    case DType::kDouble:
      return gatherSum<double>(*this, from, to);
    case DType::kComplex64:
      return gatherSum<complex64>(*this, from, to);
    case DType::kComplex128:
      return gatherSum<complex128>(*this, from, to);
    case DType::kInt16:
      return gatherSum<uint16_t>(*this, from, to);
    case DType::kInt32:
      return gatherSum<uint32_t>(*this, from, to);
    default:
      return gatherSum<uint64_t>(*this, from, to);
  }
}

}  // namespace smw
