// Ops that change how elements are stored or check them: Cast, Bitcast, Complex, CheckNumerics.
#include "kernels/cast.h"

#include <cstring>

#include "ops/element_op.h"
#include "ops/elementwise.h"
#include "ops/families.h"

namespace smw {
namespace {

/// x: SrcT -> y: DstT. Truncate cuts bits off smaller floating types where the default rounds.
Status resolveCast(Resolver& r) {
  const DType from = r.dtype(0), to = SMW_TRY(r.attr<DType>("DstT"));
  if (from == to) {
    r.addView(0, r.shape(0));
    return r.nothing();
  }
  const kernels::Elem f = elemOf(from), t = elemOf(to);
  if (f == kernels::Elem::kNone || t == kernels::Elem::kNone)
    return unimplemented("Cast ", dtypeName(from), " to ", dtypeName(to), " is not supported");
  const auto convert = r.attrOr("Truncate", false) ? kernels::castTruncate : kernels::cast;
  r.addOutput(to, r.shape(0));
  if (ElementOp* l = ElementOp::wanted(r)) {
    l->loop.unary = {.in = f, .out = t};
    return l->set(
        [](const void* self, const void* const* in, const int*, void* out, int64_t n) {
          const kernels::UnaryKernel& k = static_cast<const ElementLoop*>(self)->unary;
          kernels::cast(k.in, in[0], k.out, out, n);
          return true;
        },
        {r.shape(0)});
  }
  return r.kernel([=, n = r.shape(0).numElements()](const Args& a) {
    a.context.parallel().run(n, kElementGrain, [&](int64_t begin, int64_t end) {
      convert(f, a.in<std::byte>(0) + size_t(begin) * elemSize(f), t,
              a.out<std::byte>(0) + size_t(begin) * elemSize(t), end - begin);
    });
  });
}

/// The bytes of input under another dtype. To a smaller type the last dimension of the output
/// counts the parts; to a larger one the last dimension of the input must be that count, and goes.
Status resolveBitcast(Resolver& r) {
  const DType to = SMW_TRY(r.attr<DType>("type"));
  if (!isPod(r.dtype(0)) || !isPod(to)) return r.unsupportedDType(isPod(to) ? r.dtype(0) : to);
  const int64_t from = int64_t(dtypeSize(r.dtype(0))), size = int64_t(dtypeSize(to));
  Dims dims(r.shape(0).dims());
  if (from > size) {
    dims.push_back(from / size);
  } else if (from < size) {
    if (dims.empty() || dims.back() != size / from)
      return invalidArgument("Cannot bitcast from ", dtypeName(r.dtype(0)), " to ", dtypeName(to),
                             " where the ", "last dimension of ", r.shape(0), " is not ",
                             size / from);
    dims.pop_back();
  }
  r.addView(0, to, SMW_TRY(Shape::make(dims)));
  return r.nothing();
}

/// real, imag: float32 or float64, broadcast -> out: complex64 or complex128.
template <typename T>
Status complexOf(Resolver& r, DType to) {
  const Shape out = SMW_TRY(broadcastShapes(r.shape(0), r.shape(1)));
  const auto plan = SMW_TRY(broadcastOver(out, {r.shape(0), r.shape(1)}));
  r.addOutput(to, out);
  return r.kernel([plan](const Args& a) {
    const void* in[] = {a.inputs[0], a.inputs[1]};
    const size_t sizes[] = {sizeof(T), sizeof(T)};
    a.context.parallel().run(plan.total, kElementGrain, [&](int64_t begin, int64_t end) {
      kernels::broadcastRuns(
          plan, in, sizes, a.outputs[0], 2 * sizeof(T), begin, end,
          [](const void*, const void* const* x, const int* step, void* y, int64_t n) {
            for (int64_t i = 0; i < n; ++i) {
              static_cast<T*>(y)[2 * i] = static_cast<const T*>(x[0])[i * step[0]];
              static_cast<T*>(y)[2 * i + 1] = static_cast<const T*>(x[1])[i * step[1]];
            }
            return true;
          },
          nullptr);
    });
  });
}
Status resolveComplex(Resolver& r) {
  SMW_TRY(requireSameDType(r, 0, 1));
  if (r.dtype(0) == DType::kFloat) return complexOf<float>(r, DType::kComplex64);
  if (r.dtype(0) == DType::kDouble) return complexOf<double>(r, DType::kComplex128);
  return r.unsupportedDType(r.dtype(0));
}

/// Hands the tensor on; INVALID_ARGUMENT with the attribute `message` where it holds NaN or
/// infinity. kSigned (V2) tells the infinities apart.
template <bool kSigned>
Status resolveCheckNumerics(Resolver& r) {
  const kernels::Elem e = elemOf(r.dtype(0));
  if (!isFloat(e)) return r.unsupportedDType(r.dtype(0));
  r.addOutputReusing(0, r.dtype(0), r.shape(0));
  return r.kernel([e, n = r.shape(0).numElements(),
                   message = r.attrOr("message", "")](const Args& a) -> Status {
    if (a.inputs[0] != a.outputs[0] && n)
      std::memcpy(a.outputs[0], a.inputs[0], size_t(n) * elemSize(e));
    bool nan = false, plus = false, minus = false;
    kernels::Block block;
    for (int64_t i = 0; i < n; i += kernels::kBlock) {
      const int64_t m = n - i < kernels::kBlock ? n - i : kernels::kBlock;
      double* x = reinterpret_cast<double*>(block.bytes);
      kernels::cast(e, a.in<std::byte>(0) + size_t(i) * elemSize(e), kernels::Elem::kF64, x, m);
      for (int64_t k = 0; k < m; ++k) {
        nan |= x[k] != x[k];
        plus |= x[k] > 1.7976931348623157e308;
        minus |= x[k] < -1.7976931348623157e308;
      }
    }
    if (!nan && !plus && !minus) return {};
    std::vector<std::string> found;
    if (kSigned) {
      if (minus) found.push_back("-Inf");
      if (plus) found.push_back("+Inf");
    } else if (plus || minus) {
      found.push_back("Inf");
    }
    if (nan) found.push_back("NaN");
    return invalidArgument(message, " : Tensor had ", join(found, " and "), " values");
  });
}

constexpr OpDef kOps[] = {
    {"Bitcast", "input -> output", resolveBitcast},
    {"Cast", "x -> y", resolveCast},
    {"CheckNumerics", "tensor -> output", resolveCheckNumerics<false>},
    {"CheckNumericsV2", "tensor -> output", resolveCheckNumerics<true>},
    {"Complex", "real, imag -> out", resolveComplex},
};

}  // namespace

std::span<const OpDef> castOps() { return kOps; }

}  // namespace smw
