#include "ops/via_float32.h"

#include <memory>

namespace smw {

namespace {

constexpr int64_t kAlign = 64;
/// Values of up to so many elements are widened for resolve to look at.
constexpr int64_t kMostKnown = 4096;

template <typename T>
void widen(const void* from, float* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = float(static_cast<const T*>(from)[i]);
}
template <typename T>
void narrow(const float* from, void* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i) static_cast<T*>(to)[i] = T(from[i]);
}
void widen(DType t, const void* from, float* to, int64_t n) {
  t == DType::kHalf ? widen<half>(from, to, n) : widen<bfloat16>(from, to, n);
}
void narrow(DType t, const float* from, void* to, int64_t n) {
  t == DType::kHalf ? narrow<half>(from, to, n) : narrow<bfloat16>(from, to, n);
}

/// One tensor that is converted on the way in or out: where its float32 twin lies in the scratch.
struct Twin {
  int index;
  DType dtype;
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
      float* f = reinterpret_cast<float*>(scratch + t.offset);
      widen(t.dtype, a.inputs[t.index], f, t.elements);
      in[size_t(t.index)] = f;
    }
    for (const Twin& t : this->out) out[size_t(t.index)] = scratch + t.offset;
    SMW_TRY(inner(Args{in.data(), out.data(), scratch + innerScratch, a.context}));
    for (const Twin& t : this->out)
      narrow(t.dtype, reinterpret_cast<float*>(scratch + t.offset), a.outputs[t.index], t.elements);
    return {};
  }
};

}  // namespace

Status viaFloat32(Resolver& r, ResolveFn inner, int narrowed) {
  std::vector<InputInfo> inputs;
  std::vector<Tensor> values(size_t(r.numInputs()));
  Wrapped w;
  int64_t offset = 0;
  DType narrowType = DType::kInvalid;
  const auto twin = [&](std::vector<Twin>& list, int i, DType t, const Shape& s) -> Status {
    const int64_t bytes = SMW_TRY(mul(s.numElements(), 4));
    list.push_back({i, t, s.numElements(), offset});
    offset = SMW_TRY(add(offset, (SMW_TRY(add(bytes, kAlign)) / kAlign) * kAlign));
    return {};
  };
  for (int i = 0; i < r.numInputs(); ++i) {
    InputInfo info{r.dtype(i), r.shape(i), r.peekValue(i)};
    if (isNarrowFloat(info.dtype)) {
      narrowType = info.dtype;
      SMW_TRY(twin(w.in, i, info.dtype, info.shape));
      if (info.value && info.shape.numElements() <= kMostKnown) {
        Tensor& v = values[size_t(i)];
        v = SMW_TRY(Tensor::allocate(DType::kFloat, info.shape));
        widen(info.dtype, info.value->raw(), v.data<float>(), v.numElements());
        info.value = &v;
      } else {
        info.value = nullptr;
      }
      info.dtype = DType::kFloat;
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
    if (o.dtype == DType::kFloat && int(i) < narrowed) {
      o.dtype = narrowType;
      if (o.viewOf < 0) {
        SMW_TRY(twin(w.out, int(i), narrowType, o.shape));
        o.mayReuse = -1;
      }
      if (o.value) {
        Tensor v = SMW_TRY(Tensor::allocate(narrowType, o.shape));
        narrow(narrowType, o.value.data<float>(), v.raw(), v.numElements());
        o.value = v;
      }
    }
    r.outputs().push_back(std::move(o));
  }
  if (rr.takenTensorKernel() || rr.takenControlFlow().kind != ControlFlow::kNone)
    return internal("viaFloat32 around ", r.op(), ", which has no plain kernel");
  if (!rr.takenKernel()) return r.nothing();
  w.innerScratch = offset;
  w.inner = std::move(rr.takenKernel());
  w.numIn = r.numInputs();
  w.numOut = int(rr.outputs().size());
  r.scratch(SMW_TRY(add(offset, rr.scratchBytes())));
  return r.kernel(std::move(w));
}

}  // namespace smw
