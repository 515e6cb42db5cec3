// LSTM and GRU layers over all their time steps.
#pragma once

#include <cstdint>

#include "kernels/parallel.h"
#include "kernels/unary.h"

namespace smw::kernels {

/// Gates lie one after another in a row: i, f, c, o of an LSTM; z, r, h of a GRU.
struct Recurrent {
  bool lstm = true;
  int64_t batch = 0, steps = 0, units = 0;
  /// Step t of row b is at t * step + b * row: of the inputs' part of the gate sums, their bias
  /// included; of the outputs, where a step of 0 keeps the last one only; of the mask.
  struct Strides {
    int64_t step = 0, row = 0;
  } x, out, mask;
  /// A masked output is 0; else it is the one before.
  bool zeroMasked = false;
  UnaryLoop gate = nullptr, activation = nullptr;  // float32 loops

  int64_t gates() const { return lstm ? 4 : 3; }
  /// Floats of scratch.
  int64_t scratch() const { return batch * units * (gates() + 1); }
};

struct RecurrentData {
  const float* x;
  /// packB of (units, gates * units); with `candidate` of (units, 2 * units).
  const float* recurrent;
  /// Of a GRU that resets before it multiplies: packB of (units, units), for h. Else null.
  const float* candidate = nullptr;
  const float* bias = nullptr;  // added to the recurrent product
  const bool* mask = nullptr;   // false: the state stays
  float* h;                     // (batch, units): the state before, and after
  float* c = nullptr;           // of an LSTM
  float* out;
  float* scratch;
};

void recurrent(Parallel& parallel, const Recurrent& s, const RecurrentData& d);

}  // namespace smw::kernels
