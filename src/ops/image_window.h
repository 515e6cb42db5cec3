// What convolutions and pools over images read from their attributes.
#pragma once

#include "kernels/window.h"
#include "ops/resolver.h"

namespace smw {

/// Where the dimensions of a batch of images lie: (N, spatial..., C) or (N, C, spatial...).
struct ImageLayout {
  int spatial = 2;
  bool channelsFirst = false;

  int rank() const { return spatial + 2; }
  int channelAxis() const { return channelsFirst ? 1 : spatial + 1; }
  int spatialAxis(int i) const { return channelsFirst ? 2 + i : 1 + i; }
  int64_t channels(const Shape& s) const { return s[channelAxis()]; }
  Dims spatialDims(const Shape& s) const;
  Result<Shape> shape(int64_t batch, std::span<const int64_t> spatialDims, int64_t channels) const;
};

/// From `data_format`: NHWC, NCHW for 2 spatial dimensions, NDHWC, NCDHW for 3.
Result<ImageLayout> imageLayout(const Resolver& r, int spatial);

/// How a window moves; one entry a spatial dimension.
struct WindowMoves {
  enum Padding { kValid, kSame, kExplicit } padding = kValid;
  Dims strides, dilations, padBefore, padAfter;
};

/// From `strides`, `dilations`, `padding`, `explicit_paddings`. `strides` may be given where it is
/// no attribute. INVALID_ARGUMENT where they do not fit the layout or move over batch or channels.
Result<WindowMoves> windowMoves(const Resolver& r, const ImageLayout& layout,
                                const std::vector<int64_t>* strides = nullptr);

/// The window over inputs of the sizes `in`, with the sizes of the output that follow.
/// INVALID_ARGUMENT where an output size is negative.
Result<kernels::Window> windowOver(const WindowMoves& m, std::span<const int64_t> in,
                                   std::span<const int64_t> kernel);

/// Output sizes of the window, one a spatial dimension.
Dims outputDims(const kernels::Window& w, int spatial);

/// Leaves in `r` a kernel that was made for images with channels last. With channels first, the
/// inputs of `images` and output 0 are transposed around it, in scratch.
Status imageKernel(Resolver& r, const ImageLayout& layout, std::initializer_list<int> images,
                   Kernel inner, int64_t innerScratch);

}  // namespace smw
