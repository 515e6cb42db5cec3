// A value that a graph holds: there from the start, a weight that is still to be read, or something
// to be computed from such.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ref.h"
#include "ops/op_def.h"
#include "tensor/tensor.h"

namespace smw {

/// Where a weight's bytes lie.
struct WeightSource {
  enum Kind {
    kNone,        // the value is set already
    kCheckpoint,  // tensor `key` of the model's variables, or the part of it that `slice` names
    kFile,        // raw little-endian elements at `offset` of file `key`
    kDerived,     // computed from other constants by Constant::derivation
  } kind = kNone;
  std::string key;
  std::string slice;  // RestoreV2's shape_and_slice, "" for the whole tensor
  int64_t offset = 0, length = 0;
};

/// How the elements lie in memory.
enum class Layout : uint8_t {
  kPlain,   // row-major
  kPacked,  // a (K,N) float32 matrix in the panels of kernels/pack.h
};

struct Constant;

/// How a constant comes out of others: an output of a pure op.
struct Derivation {
  const OpDef* op = nullptr;
  Attrs attrs;
  std::vector<Ref<Constant>> inputs;
  int output = 0, numOutputs = 1;
};

/// Shared by all graphs that use the weight, so that it is read and stored once.
struct Constant : RefCounted {
  DType dtype = DType::kInvalid;
  Shape shape;  // as the graph sees it, also where the layout is packed
  WeightSource source;
  /// The passes may ask for another layout before the weight is read.
  Layout layout = Layout::kPlain;
  int64_t packedRows = 0, packedColumns = 0;  // K, N of kPacked
  bool packedTransposed = false;              // the source is row-major (N,K)
  int64_t packedTaps = 0;                     // 1 of a matrix, cells of a filter's window
  int compression = 0;                        // of the panels: a kernels::Compressed::Kind
  /// One convolution a graph reads it, the same in each: they can all take another form of it.
  bool readersAlike = false;
  int64_t packedGroups = 1;                // of a grouped convolution: PackBStream's
  Tensor value;                            // of a packed constant: float32[bytes/4], the panels
  std::unique_ptr<Derivation> derivation;  // of kDerived

  bool known() const { return value.hasValue(); }
};

inline Ref<Constant> makeConstant(Tensor value) {
  auto c = makeRef<Constant>();
  c->dtype = value.dtype();
  c->shape = value.shape();
  c->value = std::move(value);
  return c;
}

}  // namespace smw
