// Stateful random ops: RandomUniform, RandomUniformInt, RandomStandardNormal, TruncatedNormal,
// RandomShuffle. The generator's state is kept with the node.
#include <numeric>

#include "ops/families.h"
#include "ops/move.h"
#include "ops/random_fill.h"

namespace smw {
namespace {

/// Seeded from attributes seed and seed2, or freshly where both are 0.
class RandomState : public RefCounted {
 public:
  RandomState(uint64_t seed, uint64_t seed2)
      : seeded_(seed != 0 || seed2 != 0), generator_(seed, seed2) {}

  /// A generator for the next `blocks` blocks, which later calls pass over.
  Philox reserve(OpContext& context, uint64_t blocks) {
    if (!seeded_) {
      const uint64_t lo = context.freshSeed();
      generator_ = Philox(lo, context.freshSeed());
      seeded_ = true;
    }
    const Philox g = generator_;
    generator_.skip(blocks);
    return g;
  }

 private:
  bool seeded_;
  Philox generator_;
};

Ref<RandomState> stateOf(Resolver& r) {
  if (!r.nodeState())
    r.nodeState() = Ref<RefCounted>(makeRef<RandomState>(uint64_t(r.attrOr("seed", int64_t(0))),
                                                         uint64_t(r.attrOr("seed2", int64_t(0)))));
  return Ref<RandomState>(static_cast<RandomState*>(r.nodeState().get()));
}

/// Blocks that TensorFlow sets aside for each output.
constexpr uint64_t kBlocksPerOutput = 256;

/// shape: vector -> output of attribute dtype.
Status randomOf(Resolver& r, Distribution d) {
  const DType t = SMW_TRY(r.attr<DType>("dtype"));
  const RandomFill fill = SMW_TRY(randomFill(r, d, t));
  SMW_TRY(r.requireVector(0, "shape"));
  const Shape shape = SMW_TRY(Shape::make(SMW_TRY(r.ints(0))));
  r.addOutput(t, shape);
  return r.kernel([fill, n = shape.numElements(), state = stateOf(r)](const Args& a) {
    fill(state->reserve(a.context, uint64_t(n) * kBlocksPerOutput), a.outputs[0], n);
  });
}
Status resolveRandomUniform(Resolver& r) { return randomOf(r, Distribution::kUniform); }
Status resolveRandomNormal(Resolver& r) { return randomOf(r, Distribution::kNormal); }
Status resolveTruncatedNormal(Resolver& r) { return randomOf(r, Distribution::kTruncatedNormal); }

/// shape: vector, minval, maxval: scalars -> int32 or int64 in [minval, maxval).
Status resolveRandomUniformInt(Resolver& r) {
  const DType t = r.dtype(1);
  if (t != DType::kInt32 && t != DType::kInt64) return r.unsupportedDType(t);
  SMW_TRY(r.requireVector(0, "shape"));
  SMW_TRY(r.requireScalar(1, "minval"));
  SMW_TRY(r.requireScalar(2, "maxval"));
  const Shape shape = SMW_TRY(Shape::make(SMW_TRY(r.ints(0))));
  r.addOutput(t, shape);
  return r.kernel([t, n = shape.numElements(), state = stateOf(r)](const Args& a) -> Status {
    if (n == 0) return {};
    const bool wide = t == DType::kInt64;
    const int64_t low = wide ? *a.in<int64_t>(1) : *a.in<int32_t>(1);
    const int64_t high = wide ? *a.in<int64_t>(2) : *a.in<int32_t>(2);
    if (low >= high) return invalidArgument("Need minval < maxval, got ", low, " >= ", high);
    randomInts(state->reserve(a.context, uint64_t(n) * kBlocksPerOutput), t, uint64_t(low),
               uint64_t(high) - uint64_t(low), a.outputs[0], n);
    return {};
  });
}

/// value: any; its first dimension is shuffled.
Status resolveRandomShuffle(Resolver& r) {
  const DType t = r.dtype(0);
  const Shape& in = r.shape(0);
  const int64_t n = in.rank() > 0 ? in[0] : 1;
  if (n <= 1 || in.numElements() <= 1) {
    r.addView(0, in);
    return r.nothing();
  }
  if (n > INT32_MAX) return invalidArgument("RandomShuffle of more than 2^31 rows");
  r.addOutput(t, in);
  return r.kernel([t, n, each = in.numElements() / n, state = stateOf(r)](const Args& a) {
    Philox g = state->reserve(a.context, uint64_t(n + 3) / 4);
    std::vector<int64_t> order(size_t(n), 0);
    std::iota(order.begin(), order.end(), int64_t(0));
    Philox::Block block{};
    for (int64_t i = 0; i + 1 < n; ++i) {
      if (i % 4 == 0) block = g();
      std::swap(order[size_t(i)], order[size_t(i + block[size_t(i % 4)] % uint32_t(n - i))]);
    }
    for (int64_t i = 0; i < n; ++i)
      copyElements(t, elementAt(t, a.outputs[0], i * each),
                   elementAt(t, a.inputs[0], order[size_t(i)] * each), each);
  });
}

constexpr OpDef kOps[] = {
    {"RandomShuffle", "value -> output", resolveRandomShuffle, Effect::kStateful},
    {"RandomStandardNormal", "shape -> output", resolveRandomNormal, Effect::kStateful},
    {"RandomUniform", "shape -> output", resolveRandomUniform, Effect::kStateful},
    {"RandomUniformInt", "shape, minval, maxval -> output", resolveRandomUniformInt,
     Effect::kStateful},
    {"TruncatedNormal", "shape -> output", resolveTruncatedNormal, Effect::kStateful},
};

}  // namespace

std::span<const OpDef> randomOps() { return kOps; }

}  // namespace smw
