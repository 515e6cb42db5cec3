#include "ops/via_wider.h"

#include <algorithm>

#include "kernels/cast.h"
#include "ops/elementwise.h"

namespace smw {

namespace {

constexpr int64_t kAlign = 64;
/// Values of up to so many elements are widened for resolve to look at.
constexpr int64_t kMostKnown = 4096;

struct Pair {
  DType narrow, wide;
};
using Pairs = std::span<const Pair>;

const Pair* pairOf(Pairs pairs, DType Pair::* side, DType t) {
  const auto p = std::ranges::find(pairs, t, side);
  return p == pairs.end() ? nullptr : &*p;
}

void convert(DType from, const void* in, DType to, void* out, int64_t n) {
  kernels::cast(elemOf(from), in, elemOf(to), out, n);
}

/// One tensor that is converted on the way in or out: where its wide twin lies in the scratch.
struct Twin {
  int index;
  Pair dtypes;
  int64_t elements, offset;
};

struct Wrapped {
  Kernel inner;
  std::vector<Twin> in, out;
  int64_t innerScratch;  // offset
  int numIn, numOut;

  Status operator()(const Args& a) const {
    std::byte* scratch = a.scratch<std::byte>();
    std::vector<void*> in(a.inputs, a.inputs + numIn), out(a.outputs, a.outputs + numOut);
    for (const Twin& t : this->in) {
      in[size_t(t.index)] = scratch + t.offset;
      convert(t.dtypes.narrow, a.inputs[t.index], t.dtypes.wide, scratch + t.offset, t.elements);
    }
    for (const Twin& t : this->out) out[size_t(t.index)] = scratch + t.offset;
    SMW_TRY(inner(Args{in.data(), out.data(), scratch + innerScratch, a.context}));
    for (const Twin& t : this->out)
      convert(t.dtypes.wide, scratch + t.offset, t.dtypes.narrow, a.outputs[t.index], t.elements);
    return {};
  }
};

Status viaWider(Resolver& r, ResolveFn inner, Pairs pairs, int narrowed) {
  std::vector<InputInfo> inputs;
  std::vector<Tensor> values(size_t(r.numInputs()));
  Wrapped w;
  int64_t offset = 0;
  const auto twin = [&](std::vector<Twin>& list, int i, Pair p, const Shape& s) -> Status {
    const int64_t bytes = SMW_TRY(mul(s.numElements(), int64_t(dtypeSize(p.wide))));
    list.push_back({i, p, s.numElements(), offset});
    offset = SMW_TRY(add(offset, (SMW_TRY(add(bytes, kAlign)) / kAlign) * kAlign));
    return {};
  };
  for (int i = 0; i < r.numInputs(); ++i) {
    InputInfo info{r.dtype(i), r.shape(i), r.peekValue(i)};
    if (const Pair* p = pairOf(pairs, &Pair::narrow, info.dtype)) {
      SMW_TRY(twin(w.in, i, *p, info.shape));
      if (info.value && info.shape.numElements() <= kMostKnown) {
        Tensor& v = values[size_t(i)];
        v = SMW_TRY(Tensor::allocate(p->wide, info.shape));
        convert(p->narrow, info.value->raw(), p->wide, v.raw(), v.numElements());
        info.value = &v;
      } else {
        info.value = nullptr;
      }
      info.dtype = p->wide;
    }
    inputs.push_back(info);
  }
  Resolver rr(r.op(), r.node(), r.attrs(), inputs, r.numOutputs(), r.nodeState());
  auto status = inner(rr);
  for (int i = 0; i < r.numInputs(); ++i)
    if (rr.usedValue(i)) (void)r.value(i);
  if (!status) {
    if (rr.dependsOnValues())
      for (int i = 0; i < r.numInputs(); ++i) (void)r.value(i);
    return status;
  }
  for (size_t i = 0; i < rr.outputs().size(); ++i) {
    OutputInfo o = rr.outputs()[i];
    if (const Pair* p = int(i) < narrowed ? pairOf(pairs, &Pair::wide, o.dtype) : nullptr) {
      o.dtype = p->narrow;
      if (o.viewOf < 0) {
        SMW_TRY(twin(w.out, int(i), *p, o.shape));
        o.mayReuse = -1;
      }
      if (o.value) {
        Tensor v = SMW_TRY(Tensor::allocate(p->narrow, o.shape));
        convert(p->wide, o.value.raw(), p->narrow, v.raw(), v.numElements());
        o.value = v;
      }
    }
    r.outputs().push_back(std::move(o));
  }
  if (rr.takenTensorKernel() || rr.takenControlFlow().kind != ControlFlow::kNone)
    return internal("wider dtypes around ", r.op(), ", which has no plain kernel");
  if (!rr.takenKernel()) return r.nothing();
  w.innerScratch = offset;
  w.inner = std::move(rr.takenKernel());
  w.numIn = r.numInputs();
  w.numOut = int(rr.outputs().size());
  r.scratch(SMW_TRY(add(offset, rr.scratchBytes())));
  return r.kernel(std::move(w));
}

}  // namespace

Status viaFloat32(Resolver& r, ResolveFn inner, int narrowed) {
  Pair pair{DType::kInvalid, DType::kFloat};
  for (int i = 0; i < r.numInputs(); ++i)
    if (isNarrowFloat(r.dtype(i))) pair.narrow = r.dtype(i);
  return viaWider(r, inner, {&pair, 1}, narrowed);
}

Status viaFloat64(Resolver& r, ResolveFn inner) {
  static constexpr Pair kPairs[] = {{DType::kFloat, DType::kDouble},
                                    {DType::kComplex64, DType::kComplex128}};
  return viaWider(r, inner, kPairs, r.numOutputs());
}

}  // namespace smw
