// StatelessRandom ops: the same numbers for the same seed. V2 ops take the generator's key and
// counter, older ones the seed itself.
#include "ops/families.h"
#include "ops/random_fill.h"

namespace smw {
namespace {

constexpr int32_t kAlgPhilox = 1, kAlgThreeFry = 2, kAlgAuto = 3;

uint64_t seedAt(DType t, const void* p, int i) {
  return t == DType::kInt64 ? uint64_t(static_cast<const int64_t*>(p)[i])
                            : uint64_t(int64_t(static_cast<const int32_t*>(p)[i]));
}

Status requireSeed(Resolver& r, int i) {
  if (!(r.shape(i) == Shape({2})))
    return invalidArgument("seed must have shape [2], not ", r.shape(i));
  if (r.dtype(i) != DType::kInt32 && r.dtype(i) != DType::kInt64)
    return r.unsupportedDType(r.dtype(i));
  return {};
}

/// A seed, scrambled: the first half of the block is the key, the second the counter's upper half.
Philox::Block scramble(uint64_t seed0, uint64_t seed1) {
  const Philox::Block counter{uint32_t(seed0), uint32_t(seed0 >> 32), uint32_t(seed1),
                              uint32_t(seed1 >> 32)};
  return Philox(counter, {0x3EC8F720, 0x02461E29})();
}

/// Where a node's random bits come from: input 1 is a seed (V1), or inputs 1 to 3 are key, counter
/// and algorithm (V2).
struct Source {
  bool v2 = false;
  DType seedType = DType::kInt32;

  static Result<Source> of(Resolver& r, bool v2) {
    Source s{v2, r.dtype(1)};
    if (!v2) {
      SMW_TRY(requireSeed(r, 1));
      return s;
    }
    if (!(r.shape(1) == Shape({1})))
      return invalidArgument("key must have shape [1], not ", r.shape(1));
    if (r.rank(2) != 1 || r.shape(2)[0] < 2)
      return invalidArgument("counter must be a vector of at least 2 elements, not ", r.shape(2));
    SMW_TRY(r.requireScalar(3, "alg"));
    return s;
  }

  Result<Philox> generator(const Args& a) const {
    if (!v2) {
      const auto b = scramble(seedAt(seedType, a.inputs[1], 0), seedAt(seedType, a.inputs[1], 1));
      return Philox({0, 0, b[2], b[3]}, {b[0], b[1]});
    }
    const int32_t alg = *a.in<int32_t>(3);
    if (alg == kAlgThreeFry) return unimplemented("random numbers by ThreeFry");
    if (alg != kAlgPhilox && alg != kAlgAuto)
      return invalidArgument("Unsupported algorithm id: ", alg);
    const uint64_t key = *a.in<uint64_t>(1);
    const uint64_t* c = a.in<uint64_t>(2);
    return Philox({uint32_t(c[0]), uint32_t(c[0] >> 32), uint32_t(c[1]), uint32_t(c[1] >> 32)},
                  {uint32_t(key), uint32_t(key >> 32)});
  }
};

template <Distribution D, bool kV2>
Status resolveReal(Resolver& r) {
  const DType t = r.attrOr("dtype", DType::kFloat);
  const RandomFill fill = SMW_TRY(randomFill(r, D, t));
  const Source source = SMW_TRY(Source::of(r, kV2));
  const Shape shape = SMW_TRY(Shape::make(SMW_TRY(r.ints(0))));
  r.addOutput(t, shape);
  return r.kernel([fill, source, n = shape.numElements()](const Args& a) -> Status {
    fill(SMW_TRY(source.generator(a)), a.outputs[0], n);
    return {};
  });
}

Result<DType> intType(Resolver& r, DType t) {
  if (t == DType::kInt32 || t == DType::kInt64 || t == DType::kUint32 || t == DType::kUint64)
    return t;
  return r.unsupportedDType(t);
}

/// All bits of the type.
template <bool kV2>
Status resolveFullInt(Resolver& r) {
  const DType t = SMW_TRY(intType(r, SMW_TRY(r.attr<DType>("dtype"))));
  const Source source = SMW_TRY(Source::of(r, kV2));
  const Shape shape = SMW_TRY(Shape::make(SMW_TRY(r.ints(0))));
  r.addOutput(t, shape);
  return r.kernel([source, t, n = shape.numElements()](const Args& a) -> Status {
    randomInts(SMW_TRY(source.generator(a)), t, 0, 0, a.outputs[0], n);
    return {};
  });
}

/// Integers in [minval, maxval), the last two inputs.
template <bool kV2>
Status resolveUniformInt(Resolver& r) {
  const int lowAt = r.numInputs() - 2, highAt = r.numInputs() - 1;
  const DType t = SMW_TRY(intType(r, r.dtype(lowAt)));
  SMW_TRY(r.requireScalar(lowAt, "minval"));
  SMW_TRY(r.requireScalar(highAt, "maxval"));
  const Source source = SMW_TRY(Source::of(r, kV2));
  const Shape shape = SMW_TRY(Shape::make(SMW_TRY(r.ints(0))));
  r.addOutput(t, shape);
  return r.kernel([=, n = shape.numElements()](const Args& a) -> Status {
    if (n == 0) return {};
    const bool wide = dtypeSize(t) == 8;
    const auto at = [&](int i) { return wide ? *a.in<int64_t>(i) : int64_t(*a.in<int32_t>(i)); };
    const int64_t low = at(lowAt), high = at(highAt);
    const bool isSigned = isSignedInteger(t);
    const bool ordered = isSigned ? low < high
                         : wide   ? uint64_t(low) < uint64_t(high)
                                  : uint32_t(low) < uint32_t(high);
    if (!ordered) return invalidArgument("Need minval < maxval, got ", low, " >= ", high);
    randomInts(SMW_TRY(source.generator(a)), t, uint64_t(low), uint64_t(high) - uint64_t(low),
               a.outputs[0], n);
    return {};
  });
}

/// seed (2) -> key (1), counter (2), both uint64 [, alg: int32].
Status resolveGetKeyCounter(Resolver& r) {
  SMW_TRY(requireSeed(r, 0));
  r.addOutput(DType::kUint64, Shape({1}));
  r.addOutput(DType::kUint64, Shape({2}));
  if (r.numOutputs() == 3) r.addValue(SMW_TRY(Tensor::scalar<int32_t>(kAlgPhilox)));
  return r.kernel([t = r.dtype(0)](const Args& a) {
    const auto b = scramble(seedAt(t, a.inputs[0], 0), seedAt(t, a.inputs[0], 1));
    *a.out<uint64_t>(0) = b[0] | uint64_t(b[1]) << 32;
    a.out<uint64_t>(1)[0] = 0;
    a.out<uint64_t>(1)[1] = b[2] | uint64_t(b[3]) << 32;
  });
}

Status resolveGetAlg(Resolver& r) {
  r.addValue(SMW_TRY(Tensor::scalar<int32_t>(kAlgPhilox)));
  return r.nothing();
}

using enum Distribution;
constexpr std::string_view kV1 = "shape, seed -> output",
                           kV2 = "shape, key, counter, alg -> output";
constexpr OpDef kOps[] = {
    {"StatelessRandomGetAlg", "-> alg", resolveGetAlg},
    {"StatelessRandomGetKeyCounter", "seed -> key, counter", resolveGetKeyCounter},
    {"StatelessRandomGetKeyCounterAlg", "seed -> key, counter, alg", resolveGetKeyCounter},
    {"StatelessRandomNormal", kV1, resolveReal<kNormal, false>},
    {"StatelessRandomNormalV2", kV2, resolveReal<kNormal, true>},
    {"StatelessRandomUniform", kV1, resolveReal<kUniform, false>},
    {"StatelessRandomUniformFullInt", kV1, resolveFullInt<false>},
    {"StatelessRandomUniformFullIntV2", kV2, resolveFullInt<true>},
    {"StatelessRandomUniformInt", "shape, seed, minval, maxval -> output",
     resolveUniformInt<false>},
    {"StatelessRandomUniformIntV2", "shape, key, counter, alg, minval, maxval -> output",
     resolveUniformInt<true>},
    {"StatelessRandomUniformV2", kV2, resolveReal<kUniform, true>},
    {"StatelessTruncatedNormal", kV1, resolveReal<kTruncatedNormal, false>},
    {"StatelessTruncatedNormalV2", kV2, resolveReal<kTruncatedNormal, true>},
};

}  // namespace

std::span<const OpDef> statelessRandomOps() { return kOps; }

}  // namespace smw
