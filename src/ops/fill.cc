// Fill, OnesLike, ZerosLike, Empty, OneHot.
#include <array>
#include <cstring>

#include "ops/dispatch.h"
#include "ops/families.h"
#include "ops/move.h"
#include "ops/tensor_list.h"

namespace smw {
namespace {

/// dims: vector (or scalar, as old models have it), value: scalar.
Status resolveFill(Resolver& r) {
  const Shape out = SMW_TRY(Shape::make(SMW_TRY(r.ints(0))));
  if (r.rank(1) > 1 || r.shape(1).numElements() != 1)
    return invalidArgument("value must represent a scalar, got shape ", r.shape(1));
  const DType t = r.dtype(1);
  r.addOutput(t, out);
  return r.kernel(
      [t, n = out.numElements()](const Args& a) { fillElements(t, a.inputs[1], a.outputs[0], n); });
}

using OneBytes = std::array<std::byte, 16>;

Result<OneBytes> oneOf(Resolver& r, DType t) {
  OneBytes bytes{};
  SMW_TRY(
      (dispatch<float, double, half, bfloat16, int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t,
                uint32_t, uint64_t, bool, complex64, complex128>(r, t, [&]<typename T>() -> Status {
        const T one(1);
        std::memcpy(bytes.data(), &one, sizeof one);
        return {};
      })));
  return bytes;
}

Status resolveOnesLike(Resolver& r) {
  const DType t = r.dtype(0);
  const OneBytes one = SMW_TRY(oneOf(r, t));
  r.addOutput(t, r.shape(0));
  return r.kernel([t, one, n = r.shape(0).numElements()](const Args& a) {
    fillElements(t, one.data(), a.outputs[0], n);
  });
}

/// Zeros, empty strings; of a TensorList, a list of zeros.
Status resolveZerosLike(Resolver& r) {
  const DType t = r.dtype(0);
  r.addOutput(t, r.shape(0));
  const int64_t n = r.shape(0).numElements();
  if (t == DType::kVariant)
    return r.kernel([n](const Args& a) -> Status {
      for (int64_t i = 0; i < n; ++i)
        a.out<VariantValue>(0)[i] = SMW_TRY(zerosLikeVariant(a.in<VariantValue>(0)[i]));
      return {};
    });
  return r.kernel([t, n](const Args& a) { fillZeros(t, a.outputs[0], n); });
}

/// shape: vector. TensorFlow leaves the values open unless attribute init is set; they are zero.
Status resolveEmpty(Resolver& r) {
  const Shape out = SMW_TRY(Shape::make(SMW_TRY(r.ints(0))));
  const DType t = SMW_TRY(r.attr<DType>("dtype"));
  r.addOutput(t, out);
  return r.kernel([t, n = out.numElements()](const Args& a) { fillZeros(t, a.outputs[0], n); });
}

/// indices: any shape, depth, on_value, off_value: scalars. The new axis of `depth` entries is
/// inserted at attribute `axis`; indices out of range give rows of off_value.
Status resolveOneHot(Resolver& r) {
  const Shape& in = r.shape(0);
  int64_t axis = r.attrOr("axis", int64_t(-1));
  if (axis < -1 || axis > in.rank())
    return invalidArgument("Expected axis to be -1 or between [0, ", in.rank(),
                           "].  But received: ", axis);
  if (axis < 0) axis = in.rank();
  SMW_TRY(r.requireScalar(1, "depth"));
  SMW_TRY(r.requireScalar(2, "on_value"));
  SMW_TRY(r.requireScalar(3, "off_value"));
  const int64_t depth = SMW_TRY(r.integer(1));
  if (depth < 0) return invalidArgument("depth must be non-negative, got: ", depth);
  Dims dims(in.dims());
  dims.insert(size_t(axis), depth);
  const Shape out = SMW_TRY(Shape::make(dims));
  const DType t = r.dtype(2);
  const int64_t prefix = in.product(0, int(axis)), suffix = in.product(int(axis), in.rank());
  r.addOutput(t, out);
  return dispatch<int32_t, int64_t, uint8_t, int8_t>(r, r.dtype(0), [&]<typename I>() {
    return r.kernel([=, n = out.numElements()](const Args& a) {
      fillElements(t, a.inputs[3], a.outputs[0], n);
      const I* index = a.in<I>(0);
      for (int64_t p = 0; p < prefix; ++p)
        for (int64_t s = 0; s < suffix; ++s) {
          const int64_t i = int64_t(*index++);
          if (i >= 0 && i < depth)
            fillElements(t, a.inputs[2], elementAt(t, a.outputs[0], (p * depth + i) * suffix + s),
                         1);
        }
    });
  });
}

constexpr OpDef kOps[] = {
    {"Empty", "shape -> output", resolveEmpty},
    {"Fill", "dims, value -> output", resolveFill},
    {"OneHot", "indices, depth, on_value, off_value -> output", resolveOneHot},
    {"OnesLike", "x -> y", resolveOnesLike},
    {"ZerosLike", "x -> y", resolveZerosLike},
};

}  // namespace

std::span<const OpDef> fillOps() { return kOps; }

}  // namespace smw
