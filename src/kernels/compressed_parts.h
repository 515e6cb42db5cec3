// What the files of compressed weights share; inside this room only.
#pragma once

#include "kernels/compressed.h"

namespace smw::kernels {

/// Words before the body of a panel.
inline constexpr int64_t kPanelHead = 16;

/// One panel: its head, then its body; plain is (rows, 8). Scales are set already, and `inverse`
/// holds what to multiply with.
void packHalf(const Compressed& c, const float* plain, const float* inverse, float* panel);
void packInt8(const Compressed& c, const float* plain, const float* inverse, float* panel);
void expandHalf(const Compressed& c, const float* panel, float* plain);
void expandInt8(const Compressed& c, const float* panel, float* plain);

/// Units of int8 weights of one tap. A unit of activations is one word.
int64_t int8Units(int64_t channels);
/// Bytes of a unit of a panel.
int64_t int8UnitBytes();

int64_t halfScratch(const Compressed& c, const Conv& s, int threads);
void halfConv(Parallel& parallel, const Compressed& c, const Conv& s, const float* inp,
              const float* weights, float* out, const Epilogue& epilogue, float* scratch);
int64_t int8Scratch(const Compressed& c, const Conv& s, int threads);
void int8Conv(Parallel& parallel, const Compressed& c, const Conv& s, const float* inp,
              const float* weights, float* out, const Epilogue& epilogue, float* scratch);

}  // namespace smw::kernels
