// Special functions of two operands, in float64.
#include "kernels/binary_loop.h"
#include "kernels/special.h"

namespace smw::kernels {
namespace {

BinaryLoop none(BinaryOp) { return nullptr; }

BinaryLoop f64(BinaryOp op) {
  using B = BinaryOp;
  switch (op) {
    case B::kIgamma:
      return binaryMap<double, double, igamma>;
    case B::kIgammac:
      return binaryMap<double, double, igammac>;
    case B::kIgammaGradA:
      return binaryMap<double, double, igammaGradA>;
    case B::kPolygamma:
      return binaryMap<double, double, polygamma>;
    case B::kZeta:
      return binaryMap<double, double, zeta>;
    default:
      return nullptr;
  }
}

}  // namespace

const BinaryLoops specialLoops{none, f64, none, none, none};

}  // namespace smw::kernels
