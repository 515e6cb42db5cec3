// Einsum: each operand is brought into (batch, free, contracted) by its strides alone or by one
// copy, then comes a batched product, then at most one transposition.
#include <algorithm>
#include <cstring>

#include "kernels/transpose.h"
#include "ops/einsum_operand.h"
#include "ops/families.h"
#include "ops/product.h"
#include "ops/threads.h"
#include "ops/via_wider.h"

namespace smw {
namespace {

using Labels = std::vector<Label>;

bool contains(std::span<const Label> labels, Label l) {
  return std::ranges::find(labels, l) != labels.end();
}

/// A copy that sums over some labels and puts the others into an order: by the fast transposition
/// where nothing is summed and nothing repeats.
struct Rearrange {
  GatherSum sum;
  bool isTranspose = false;
  SmallVector<int64_t, 8> dims;
  SmallVector<int, 8> perm;

  void run(kernels::Parallel& parallel, const void* from, void* to) const {
    if (isTranspose)
      kernels::transpose(parallel, int(dtypeSize(sum.dtype)), int(dims.size()), dims.data(),
                         perm.data(), from, to);
    else
      sum.run(from, to);
  }
};

/// `from` has the axes of a tensor in memory order; `contiguous` tells that they fill it.
Rearrange rearrange(DType dtype, const LabelledView& from, bool contiguous, const Labels& kept) {
  Rearrange r;
  r.sum.dtype = dtype;
  for (Label l : kept) r.sum.kept.push_back(*from.find(l));
  for (const Axis& a : from.axes)
    if (!contains(kept, a.label)) r.sum.summed.push_back(a);
  if (!contiguous || !r.sum.summed.empty() || kept.size() > size_t(kernels::kMaxTransposeRank))
    return r;
  r.isTranspose = true;
  for (const Axis& a : from.axes) r.dims.push_back(a.size);
  for (Label l : kept) r.perm.push_back(int(from.find(l) - from.axes.data()));
  return r;
}

/// One operand on its way into the product.
struct Operand {
  LabelledView view;  // without axes of size 1
  bool contiguous;    // no subscript stands twice
  bool copied = false;
  Rearrange copy;
  int64_t scratchAt = 0, scratchBytes = 0;

  Operand(const Labels& labels, const Shape& shape) : view(viewOf(labels, shape)) {
    contiguous = int(view.axes.size()) == shape.rank();
    std::erase_if(view.axes, [](const Axis& a) { return a.size == 1; });
  }
  Labels labels() const {
    Labels l;
    for (const Axis& a : view.axes) l.push_back(a.label);
    return l;
  }
  /// Puts the axes into this order, in scratch; others are summed.
  Status copyInto(DType dtype, const Labels& order, const EinsumLabels& e) {
    copied = true;
    copy = rearrange(dtype, view, contiguous, order);
    view = contiguousView(order, e);
    scratchBytes = int64_t(dtypeSize(dtype));
    for (Label l : order) scratchBytes = SMW_TRY(mul(scratchBytes, e.sizeOf(l)));
    return {};
  }
};

/// From the contiguous result, whose axes are `made`, to the output.
struct Finish {
  bool direct = false;    // the product may write straight into the output
  bool inflates = false;  // a subscript stands twice in the output
  Rearrange copy;
  int64_t scratchAt = 0, outBytes = 0;
};

Finish finishOf(DType dtype, const EinsumLabels& e, const LabelledView& from, bool contiguous) {
  Finish f;
  const LabelledView out = contiguousView(e.output, e);
  Labels order;
  for (const Axis& a : out.axes)
    if (a.size != 1 && !contains(order, a.label)) order.push_back(a.label);
  f.copy = rearrange(dtype, from, contiguous, order);
  for (Label l : order) f.inflates |= std::ranges::count(e.output, l) > 1;
  if (f.inflates) {
    f.copy.isTranspose = false;
    for (Label l : order) {
      int64_t stride = 0;
      for (const Axis& a : out.axes)
        if (a.label == l) stride += a.stride;
      f.copy.sum.toStrides.push_back(stride);
    }
  }
  Labels made;
  for (const Axis& a : from.axes) made.push_back(a.label);
  f.direct = !f.inflates && contiguous && made == order;
  return f;
}

void runFinish(const Finish& f, kernels::Parallel& parallel, const void* from, void* to) {
  if (f.inflates) std::memset(to, 0, size_t(f.outBytes));
  f.copy.run(parallel, from, to);
}

/// Distinct labels of the output that are not of size 1, in order.
Labels outputOrder(const EinsumLabels& e) {
  Labels order;
  for (Label l : e.output)
    if (e.sizeOf(l) != 1 && !contains(order, l)) order.push_back(l);
  return order;
}

struct Contraction {
  Labels batch, freeA, freeB, contracted;
};

Contraction classify(const EinsumLabels& e, const Operand& a, const Operand& b) {
  Contraction c;
  for (Label l : outputOrder(e)) {
    const bool inA = a.view.find(l), inB = b.view.find(l);
    (inA && inB ? c.batch : inA ? c.freeA : c.freeB).push_back(l);
  }
  for (const Axis& x : a.view.axes)
    if (b.view.find(x.label) && !contains(e.output, x.label)) c.contracted.push_back(x.label);
  return c;
}

Labels joined(const Labels& a, const Labels& b, const Labels& c) {
  Labels all = a;
  all.insert(all.end(), b.begin(), b.end());
  all.insert(all.end(), c.begin(), c.end());
  return all;
}

/// Sees to it that rows and columns are each one stride, one of which is 1.
Status settle(DType dtype, Operand& o, const Labels& batch, const Labels& rows,
              const Labels& columns, const EinsumLabels& e) {
  const Labels order = joined(batch, rows, columns);
  const Merged r = merge(o.view, rows, e), c = merge(o.view, columns, e);
  const bool complete = o.view.axes.size() == order.size();  // else some label is to be summed
  if (complete && r.possible && c.possible && (r.stride == 1 || c.stride == 1)) return {};
  return o.copyInto(dtype, order, e);
}

std::vector<int64_t> offsetsOf(const LabelledView& v, const Labels& batch, const EinsumLabels& e) {
  std::vector<int64_t> at{0};
  for (Label l : batch) {
    std::vector<int64_t> next;
    next.reserve(at.size() * size_t(e.sizeOf(l)));
    for (int64_t o : at)
      for (int64_t i = 0; i < e.sizeOf(l); ++i) next.push_back(o + i * v.stride(l));
    at = std::move(next);
  }
  return at;
}

/// What the kernel of two operands holds.
struct Pair {
  Operand a, b;
  int indexA = 0, indexB = 1;
  PlannedProduct product;
  int64_t productScratchAt = 0;
  Finish finish;

  void operator()(const Args& args) const {
    std::byte* scratch = args.scratch<std::byte>();
    kernels::Parallel& parallel = parallelFor(args, product.threads());
    const auto ready = [&](const Operand& o, int index) -> const void* {
      if (!o.copied) return args.inputs[index];
      o.copy.run(parallel, args.inputs[index], scratch + o.scratchAt);
      return scratch + o.scratchAt;
    };
    const void *pa = ready(a, indexA), *pb = ready(b, indexB);
    void* made = finish.direct ? args.outputs[0] : scratch + finish.scratchAt;
    product.run(parallel, pa, pb, made, scratch + productScratchAt);
    if (!finish.direct) runFinish(finish, parallel, made, args.outputs[0]);
  }
};

constexpr int64_t kAlign = 64;

/// Takes `bytes` of scratch; returns where they begin.
Result<int64_t> takeScratch(int64_t& total, int64_t bytes) {
  const int64_t at = total;
  total = SMW_TRY(add(total, SMW_TRY(add(bytes, kAlign - 1)) / kAlign * kAlign));
  return at;
}

Status resolvePair(Resolver& r, const EinsumLabels& e, int64_t outBytes) {
  const DType dtype = r.dtype(0);
  Pair p{Operand(e.inputs[0], r.shape(0)), Operand(e.inputs[1], r.shape(1)), 0, 1, {}, 0, {}};
  Contraction c = classify(e, p.a, p.b);
  if (outputOrder(e) == joined(c.batch, c.freeB, c.freeA) && !c.freeA.empty()) {
    std::swap(p.a, p.b);
    std::swap(p.indexA, p.indexB);
    c = classify(e, p.a, p.b);
  }
  SMW_TRY(settle(dtype, p.a, c.batch, c.freeA, c.contracted, e));
  SMW_TRY(settle(dtype, p.b, c.batch, c.contracted, c.freeB, e));
  const Merged aRow = merge(p.a.view, c.freeA, e), aColumn = merge(p.a.view, c.contracted, e);
  const Merged bRow = merge(p.b.view, c.contracted, e), bColumn = merge(p.b.view, c.freeB, e);
  Product product;
  product.dtype = dtype;
  product.matrix = {aRow.size,      bRow.size,   bColumn.size,   aRow.stride,
                    aColumn.stride, bRow.stride, bColumn.stride, bColumn.size};
  if (outBytes > 0) {
    product.aOffset = offsetsOf(p.a.view, c.batch, e);
    product.bOffset = offsetsOf(p.b.view, c.batch, e);
  }
  p.product = SMW_TRY(
      PlannedProduct::plan(r, std::move(product), p.b.copied ? nullptr : r.peekValue(p.indexB)));
  const Labels made = joined(c.batch, c.freeA, c.freeB);
  p.finish = finishOf(dtype, e, contiguousView(made, e), true);
  p.finish.outBytes = outBytes;
  if (outBytes == 0) return r.kernel([](const Args&) {});
  int64_t scratch = 0;
  p.a.scratchAt = SMW_TRY(takeScratch(scratch, p.a.scratchBytes));
  p.b.scratchAt = SMW_TRY(takeScratch(scratch, p.b.scratchBytes));
  if (!p.finish.direct) p.finish.scratchAt = SMW_TRY(takeScratch(scratch, outBytes));
  p.productScratchAt = SMW_TRY(takeScratch(scratch, p.product.scratchBytes()));
  r.scratch(scratch);
  return r.kernel(std::move(p));
}

Status resolveOne(Resolver& r, const EinsumLabels& e, int64_t outBytes) {
  const Operand o(e.inputs[0], r.shape(0));
  Finish f = finishOf(r.dtype(0), e, o.view, o.contiguous);
  f.outBytes = outBytes;
  if (outBytes == 0) return r.kernel([](const Args&) {});
  return r.kernel([f = std::move(f)](const Args& a) {
    runFinish(f, a.context.parallel(), a.inputs[0], a.outputs[0]);
  });
}

/// inputs: one or two tensors of one dtype. Source: tensorflow/core/kernels/linalg/einsum_op.h.
Status resolveEinsum(Resolver& r) {
  if (isNarrowFloat(r.dtype(0))) return viaFloat32(r, resolveEinsum);
  std::vector<Shape> shapes;
  for (int i = 0; i < r.numInputs(); ++i) shapes.push_back(r.shape(i));
  const EinsumLabels e = SMW_TRY(parseEinsum(SMW_TRY(r.attr<std::string>("equation")), shapes));
  if (shapes.empty() || shapes.size() > 2)
    return invalidArgument("einsum takes 1 or 2 operands, got ", shapes.size());
  const DType dtype = r.dtype(0);
  for (int i = 1; i < r.numInputs(); ++i)
    if (r.dtype(i) != dtype) return invalidArgument("einsum: operands of different dtypes");
  switch (dtype) {
    case DType::kFloat:
    case DType::kDouble:
    case DType::kComplex64:
    case DType::kComplex128:
    case DType::kInt32:
    case DType::kInt64:
      break;
    default:
      return r.unsupportedDType(dtype);
  }
  Dims out;
  for (Label l : e.output) out.push_back(e.sizeOf(l));
  const Shape shape = SMW_TRY(Shape::make(out));
  r.addOutput(dtype, shape);
  const int64_t outBytes = SMW_TRY(mul(shape.numElements(), int64_t(dtypeSize(dtype))));
  return shapes.size() == 1 ? resolveOne(r, e, outBytes) : resolvePair(r, e, outBytes);
}

constexpr OpDef kOps[] = {
    {"Einsum", "inputs*N -> output", resolveEinsum},
};

}  // namespace

std::span<const OpDef> einsumOps() { return kOps; }

}  // namespace smw
