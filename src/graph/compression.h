// Weights in fewer bytes, where the user asked for it.
#pragma once

#include <string>
#include <vector>

#include "graph/constant.h"
#include "kernels/compressed.h"

namespace smw {

/// What was asked for, and what it came to.
struct Compression {
  /// 0: nothing is compressed, else a kernels::Compressed::Kind.
  int kind = 0;

  struct Layer {
    std::string name;  // of the weight: its key in the checkpoint or the model's file
    int64_t bytesBefore, bytesAfter;
    kernels::CompressionError error;
  };
  std::vector<Layer> layers;
};

/// Whether that matrix gains by it: small ones, and int8 with few channels or columns, do not.
bool gainsBy(int kind, int64_t taps, int64_t rows, int64_t columns);
/// The format of a packed constant that is to be compressed.
kernels::Compressed formatOf(const Constant& c);
/// Compresses the panels of `c` if that is wished; they stay where a weight does not fit the
/// format.
Status compressConstant(Constant& c, Compression& compression);

}  // namespace smw
