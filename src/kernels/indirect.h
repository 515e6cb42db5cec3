// Convolutions as products: the micro-kernel reads its rows of A by pointers into the image, one
// pointer per output pixel and filter tap. Shared by the forward and the transposed convolution.
#pragma once

#include <cstdint>

#include "kernels/epilogue.h"
#include "kernels/parallel.h"

namespace smw::kernels {

/// One spatial dimension. For t in [0, count): the output position is outFirst + outStep * t, and
/// tap j reads input position inStep * t + tapFirst + tapStep * j, or zeros where that lies
/// outside.
struct GridAxis {
  int64_t count = 1, outFirst = 0, outStep = 1, outSize = 1;
  int64_t inStep = 1, inSize = 1, taps = 1, tapFirst = 0, tapStep = 1;
};

struct MicroA;
struct MicroB;
struct MicroC;

/// Panels of B that are not those of pack.h.
struct PanelFormat {
  int64_t panelFloats = 0;  ///< words from one panel to the next
  /// The kernel for its blocks; null: microRows.
  void (*micro)(int rows, const MicroA& a, const MicroB& b, const MicroC& out) = nullptr;

  /// A block of panels as the kernel wants it, before all rows are multiplied with it: the panels
  /// themselves where a kernel is given, else plain ones in `scratch`.
  virtual const float* block(const float* b, int64_t panels, float* scratch) const = 0;
  virtual int64_t scratchFloats() const = 0;

 protected:
  ~PanelFormat() = default;
};

/// One product: (batch * pixels of the grid, taps * channels) times (taps * channels, columns).
struct Indirect {
  GridAxis axis[3];
  int64_t batch = 1, channels = 0, columns = 0;
  /// Group g reads channels g * channels and up, writes columns g * columns and up, and has its own
  /// B after those of the groups before it.
  int64_t groups = 1;
  const float* inp = nullptr;
  int64_t inPixel = 0;       ///< floats between neighbouring pixels
  const float* b = nullptr;  ///< packed
  float* out = nullptr;
  int64_t outPixel = 0;
  Epilogue epilogue;  ///< its residual is laid out as out
  /// What the taps of a pixel read is copied side by side first (few channels). Needs one group,
  /// and taps side by side along the last axis.
  bool merged = false;
  /// Null: B is packed as in pack.h. Else groups is 1.
  const PanelFormat* format = nullptr;
  /// For the format's kernel: facts of the first output pixel, and words from one to the next.
  const float* rowFacts = nullptr;
  int64_t rowFactsStep = 0;
  uint32_t padding = 0;  ///< bits of what lies outside the image

  int64_t pixels() const { return batch * axis[0].count * axis[1].count * axis[2].count; }
  int64_t segments() const { return merged ? 1 : taps(); }
  int64_t segmentLength() const { return merged ? depth() : channels; }
  int64_t depth() const { return taps() * channels; }
  int64_t taps() const { return axis[0].taps * axis[1].taps * axis[2].taps; }
};

/// The products of a convolution.
struct Conv;
Indirect indirectOf(const Conv& s, const float* inp, const float* packedFilter, float* out,
                    const Epilogue& epilogue);
/// A 1x1 convolution that visits every pixel once.
bool isProduct(const Conv& s);

/// Several products whose outputs do not overlap, run as one loop.
struct IndirectJobs {
  virtual int64_t count() const = 0;
  virtual Indirect at(int64_t job) const = 0;

 protected:
  ~IndirectJobs() = default;
};

struct OneIndirect final : IndirectJobs {
  Indirect all;
  explicit OneIndirect(const Indirect& s) : all(s) {}
  int64_t count() const override { return 1; }
  Indirect at(int64_t) const override { return all; }
};

/// Floats that one thread needs for a product of that shape; the pointers of `s` are not read.
int64_t indirectScratch(const Indirect& s);
/// `scratch` has `perThread` floats for each thread.
void runIndirect(Parallel& parallel, const IndirectJobs& jobs, float* scratch, int64_t perThread);

}  // namespace smw::kernels
