// Elementwise functions of one operand.
#include "ops/elementwise.h"
#include "ops/families.h"

namespace smw {
namespace {

using U = kernels::UnaryOp;

/// x: any number type that TensorFlow's op has -> y: same shape.
template <U kOp>
Status unary(Resolver& r) {
  return resolveUnary(r, kOp);
}

Status resolveLeakyRelu(Resolver& r) {
  return resolveUnary(r, U::kLeakyRelu, {.alpha = r.attrOr("alpha", 0.2f)});
}

constexpr OpDef kOps[] = {
    {"Abs", "x -> y", unary<U::kAbs>},
    {"Acos", "x -> y", unary<U::kAcos>},
    {"Acosh", "x -> y", unary<U::kAcosh>},
    {"Angle", "input -> output", unary<U::kAngle>},
    {"Asin", "x -> y", unary<U::kAsin>},
    {"Asinh", "x -> y", unary<U::kAsinh>},
    {"Atan", "x -> y", unary<U::kAtan>},
    {"Atanh", "x -> y", unary<U::kAtanh>},
    {"Ceil", "x -> y", unary<U::kCeil>},
    {"ComplexAbs", "x -> y", unary<U::kAbs>},
    {"Conj", "input -> output", unary<U::kConj>},
    {"Cos", "x -> y", unary<U::kCos>},
    {"Cosh", "x -> y", unary<U::kCosh>},
    {"Digamma", "x -> y", unary<U::kDigamma>},
    {"Elu", "features -> activations", unary<U::kElu>},
    {"Erf", "x -> y", unary<U::kErf>},
    {"Erfc", "x -> y", unary<U::kErfc>},
    {"Erfinv", "x -> y", unary<U::kErfinv>},
    {"Exp", "x -> y", unary<U::kExp>},
    {"Expm1", "x -> y", unary<U::kExpm1>},
    {"Floor", "x -> y", unary<U::kFloor>},
    {"Imag", "input -> output", unary<U::kImag>},
    {"Inv", "x -> y", unary<U::kReciprocal>},
    {"Invert", "x -> y", unary<U::kInvert>},
    {"IsFinite", "x -> y", unary<U::kIsFinite>},
    {"IsInf", "x -> y", unary<U::kIsInf>},
    {"IsNan", "x -> y", unary<U::kIsNan>},
    {"LeakyRelu", "features -> activations", resolveLeakyRelu},
    {"Lgamma", "x -> y", unary<U::kLgamma>},
    {"Log", "x -> y", unary<U::kLog>},
    {"Log1p", "x -> y", unary<U::kLog1p>},
    {"LogicalNot", "x -> y", unary<U::kLogicalNot>},
    {"Ndtri", "x -> y", unary<U::kNdtri>},
    {"Neg", "x -> y", unary<U::kNeg>},
    {"PopulationCount", "x -> y", unary<U::kPopulationCount>},
    {"Real", "input -> output", unary<U::kReal>},
    {"Reciprocal", "x -> y", unary<U::kReciprocal>},
    {"Relu", "features -> activations", unary<U::kRelu>},
    {"Relu6", "features -> activations", unary<U::kRelu6>},
    {"Rint", "x -> y", unary<U::kRint>},
    {"Round", "x -> y", unary<U::kRint>},
    {"Rsqrt", "x -> y", unary<U::kRsqrt>},
    {"Selu", "features -> activations", unary<U::kSelu>},
    {"Sigmoid", "x -> y", unary<U::kSigmoid>},
    {"Sign", "x -> y", unary<U::kSign>},
    {"Sin", "x -> y", unary<U::kSin>},
    {"Sinh", "x -> y", unary<U::kSinh>},
    {"Softplus", "features -> activations", unary<U::kSoftplus>},
    {"Softsign", "features -> activations", unary<U::kSoftsign>},
    {"Sqrt", "x -> y", unary<U::kSqrt>},
    {"Square", "x -> y", unary<U::kSquare>},
    {"Tan", "x -> y", unary<U::kTan>},
    {"Tanh", "x -> y", unary<U::kTanh>},
};

}  // namespace

std::span<const OpDef> unaryOps() { return kOps; }

}  // namespace smw
