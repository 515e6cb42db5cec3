// Attention with its scores kept out of memory. Made by the graph pass `attention`.
#include "kernels/attention.h"

#include <algorithm>

#include "ops/chosen.h"
#include "ops/fused_layers.h"
#include "ops/threads.h"

namespace smw {
namespace {

/// A tensor as (batch, head, row, column), counted from the right; missing ones are of size 1.
struct View {
  int64_t size[4] = {1, 1, 1, 1}, stride[4] = {0, 0, 0, 0};

  kernels::Attention::Strides strides() const {
    // What there is one of serves for all.
    const auto shared = [&](int i) { return size[i] == 1 ? 0 : stride[i]; };
    return {shared(0), shared(1), stride[2], stride[3]};
  }
};

/// `axes` tell which dimension of the tensor is the batch, head, row, column; empty: in this order.
Result<View> viewOf(const Shape& s, std::vector<int64_t> axes, bool transposed) {
  const int rank = s.rank();
  if (axes.empty()) {
    for (int i = 0; i < rank; ++i) axes.push_back(i);
    if (transposed && rank >= 2) std::swap(axes[size_t(rank) - 1], axes[size_t(rank) - 2]);
  }
  View v;
  unsigned seen = 0;
  bool fits = rank <= 4 && int(axes.size()) == rank;
  for (int i = 0; fits && i < rank; ++i) {
    const int64_t axis = axes[size_t(i)];
    fits = axis >= 0 && axis < rank && !(seen >> axis & 1);
    if (!fits) break;
    seen |= 1u << axis;
    v.size[4 - rank + i] = s[int(axis)];
    v.stride[4 - rank + i] = s.product(int(axis) + 1, rank);
  }
  if (!fits) return invalidArgument("attention over a tensor of shape ", s.toString());
  return v;
}

}  // namespace

/// q, k, v and, where `mask` says so, what is added to the scores, or with `select` which of them
/// are true (`keeps_false`: false) and do not become `fill`; axes of each in `q_axes` and so on. ->
/// (batch, head, query, column of v) in the order of `out_axes`.
Status resolveAttention(Resolver& r) {
  const bool masked = r.attrOr("mask", false), selects = r.attrOr("select", false);
  const int count = masked ? 4 : 3;
  if (r.numInputs() != count) return invalidArgument("attention takes ", count, " inputs");
  View in[4];
  int rank = 0;
  for (int i = 0; i < count; ++i) {
    if (r.dtype(i) != (selects && i == 3 ? DType::kBool : DType::kFloat))
      return r.unsupportedDType(r.dtype(i));
    constexpr const char* kAxes[] = {"q_axes", "k_axes", "v_axes", ""};
    in[i] = SMW_TRY(viewOf(r.shape(i), r.attrOr(kAxes[i], std::vector<int64_t>()),
                           i == 1 && r.attrOr("transposed", false)));
    rank = std::max(rank, r.rank(i));
  }
  auto& [q, k, v, mask] = in;
  // The mask may make one row or column of scores several.
  for (const auto& [of, axis] : {std::pair(&q, 2), {&k, 3}})
    if (of->size[2] == 1) {
      of->size[2] = mask.size[axis];
      of->stride[2] = mask.size[axis] == 1 ? of->stride[2] : 0;
    }
  int64_t dims[4] = {1, 1, q.size[2], v.size[3]};
  bool fits = rank >= 2 && q.size[3] == k.size[3] && k.size[2] == v.size[2];
  for (int axis = 0; axis < 2; ++axis)
    for (const View& t : in) {
      if (t.size[axis] == 1) continue;
      fits = fits && (dims[axis] == 1 || dims[axis] == t.size[axis]);
      dims[axis] = t.size[axis];
    }
  fits = fits && (mask.size[2] == 1 || mask.size[2] == dims[2]) &&
         (mask.size[3] == 1 || mask.size[3] == k.size[2]);
  if (!fits)
    return invalidArgument("attention over queries ", r.shape(0).toString(), ", keys ",
                           r.shape(1).toString(), " and values ", r.shape(2).toString());
  // The output's dimensions by axis, and back.
  auto outAxes = r.attrOr("out_axes", std::vector<int64_t>());
  Dims out(std::span(dims).last(size_t(rank)));
  if (!outAxes.empty()) {
    if (int(outAxes.size()) != rank || outAxes.back() != rank - 1)
      return invalidArgument("attention of rank ", rank);
    for (int i = 0; i < rank; ++i) {
      if (outAxes[size_t(i)] < 0 || outAxes[size_t(i)] >= rank) return invalidArgument("out_axes");
      out[size_t(outAxes[size_t(i)])] = dims[4 - rank + i];
    }
  }
  const Shape shape = SMW_TRY(Shape::make(out));
  kernels::Attention s;
  s.batch = dims[0];
  s.heads = dims[1];
  s.queries = dims[2];
  s.keys = k.size[2];
  s.depth = k.size[3];
  s.valueDepth = dims[3];
  s.scale = r.attrOr("scale", 1.0f);
  s.fill = r.attrOr("fill", 0.0f);
  s.keepsFalse = r.attrOr("keeps_false", false);
  s.q = q.strides();
  s.k = k.strides();
  s.v = v.strides();
  s.out = SMW_TRY(viewOf(shape, std::move(outAxes), false)).strides();
  s.mask = mask.strides();
  if (mask.size[2] == 1) s.mask.row = 0;
  if (mask.size[3] == 1) s.mask.column = 0;
  if ((s.q.row != 1 && s.q.column != 1) || (s.mask.column > 1 && masked))
    return internal("attention over queries that are not rows");
  const int threads = plannedThreads();
  const int64_t columns = SMW_TRY(add(SMW_TRY(add(s.depth, s.valueDepth)), 64)),
                most = SMW_TRY(mul(SMW_TRY(add(s.keys, 16)), columns));
  SMW_TRY(mul(SMW_TRY(mul(most, threads)), sizeof(float)));
  r.addOutput(DType::kFloat, shape);
  // fits: for each thread fewer floats than `most`
  r.scratch(s.scratch(threads) * int64_t(sizeof(float)));
  chose("attention", double(s.batch * s.heads) * double(s.queries) * double(s.keys) *
                         double(s.depth + s.valueDepth));
  if (shape.numElements() == 0) return r.kernel([](const Args&) {});
  return r.kernel([=](const Args& a) {
    kernels::AttentionMask mask;
    if (selects)
      mask.kept = a.in<uint8_t>(3);
    else if (masked)
      mask.added = a.in<float>(3);
    kernels::attention(parallelFor(a, threads), s, a.in<float>(0), a.in<float>(1), a.in<float>(2),
                       mask, a.out<float>(0), a.scratch<float>());
  });
}

}  // namespace smw
