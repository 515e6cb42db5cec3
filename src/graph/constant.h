// A value that a graph holds: there from the start, or a weight that is still to be read.
#pragma once

#include <cstdint>
#include <string>

#include "base/ref.h"
#include "tensor/tensor.h"

namespace smw {

/// Where a weight's bytes lie.
struct WeightSource {
  enum Kind {
    kNone,        // the value is set already
    kCheckpoint,  // tensor `key` of the model's variables
    kFile,        // raw little-endian elements at `offset` of file `key`
  } kind = kNone;
  std::string key;
  int64_t offset = 0, length = 0;
};

/// How the elements lie in memory.
enum class Layout : uint8_t {
  kPlain,   // row-major
  kPacked,  // a (K,N) float32 matrix in the panels of kernels/pack.h
};

/// Shared by all graphs that use the weight, so that it is read and stored once.
struct Constant : RefCounted {
  DType dtype = DType::kInvalid;
  Shape shape;
  WeightSource source;
  /// The passes may ask for another layout before the weight is read.
  Layout layout = Layout::kPlain;
  int64_t packedRows = 0, packedColumns = 0;  // K, N of kPacked
  Tensor value;                               // of a packed constant: float32[bytes/4], the panels
};

inline Ref<Constant> makeConstant(Tensor value) {
  auto c = makeRef<Constant>();
  c->dtype = value.dtype();
  c->shape = value.shape();
  c->value = std::move(value);
  return c;
}

}  // namespace smw
