// AvgPool, AvgPool3D, MaxPool, MaxPool3D, MaxPoolV2, MaxPoolWithArgmax.
#include <algorithm>
#include <limits>

#include "kernels/generic.h"
#include "ops/dispatch.h"
#include "ops/families.h"
#include "ops/image_window.h"
#include "ops/via_wider.h"

namespace smw {
namespace {

using Ints = std::vector<int64_t>;

/// A pool over images, or over the channels: then each group of channels is an image of its own.
struct Pooling {
  ImageLayout layout;
  kernels::Pool pool;
  Shape out;
};

Status checkKsize(const ImageLayout& layout, const Ints& ksize) {
  if (int(ksize.size()) != layout.rank())
    return invalidArgument("Sliding window ksize field must specify ", layout.rank(),
                           " dimensions");
  for (int64_t k : ksize)
    if (k < 1 || k > std::numeric_limits<int32_t>::max())
      return invalidArgument("Sliding window ksize must be positive, got ", k);
  if (ksize[0] != 1) return unimplemented("Pooling is not yet supported on the batch dimension.");
  return {};
}

/// Channels by groups of k: as images of k by 1 pixels with one channel.
Result<Pooling> overChannels(const ImageLayout& layout, const Shape& in, const Ints& ksize,
                             const Ints& strides) {
  const int c = layout.channelAxis();
  const int64_t k = ksize[size_t(c)];
  for (int i = 0; i < layout.rank(); ++i)
    if (i != c &&
        (ksize[size_t(i)] != 1 || (strides.size() > size_t(i) && strides[size_t(i)] != 1)))
      return unimplemented(
          "MaxPooling supports exactly one of pooling across depth or pooling "
          "across width/height.");
  if (layout.channelsFirst) return unimplemented("pooling across depth with channels first");
  if (int(strides.size()) != layout.rank() || strides[size_t(c)] != k)
    return unimplemented(
        "Depthwise max pooling requires the depth window to equal the depth stride.");
  if (in[c] % k != 0)
    return unimplemented(
        "Depthwise max pooling requires the depth window to evenly divide the input depth.");
  Pooling p;
  p.layout = layout;
  // fits: a part of numElements().
  p.pool.batch = in.product(0, c) * (in[c] / k);
  p.pool.window.in[2] = p.pool.window.kernel[2] = p.pool.window.stride[2] = k;
  p.out = SMW_TRY(layout.shape(in[0], layout.spatialDims(in), in[c] / k));
  return p;
}

Result<Pooling> poolingOf(Resolver& r, int spatial, const Ints& ksize, const Ints& strides,
                          bool channelsToo) {
  Pooling p;
  p.layout = SMW_TRY(imageLayout(r, spatial));
  const Shape& in = r.shape(0);
  if (in.rank() != p.layout.rank())
    return invalidArgument("input must be ", p.layout.rank(), "-dimensional: ", in);
  SMW_TRY(checkKsize(p.layout, ksize));
  if (ksize[size_t(p.layout.channelAxis())] != 1) {
    if (channelsToo) return overChannels(p.layout, in, ksize, strides);
    return unimplemented("Pooling is not yet supported on the channel dimension.");
  }
  const WindowMoves moves = SMW_TRY(windowMoves(r, p.layout, &strides));
  Dims kernel;
  for (int i = 0; i < spatial; ++i) kernel.push_back(ksize[size_t(p.layout.spatialAxis(i))]);
  for (size_t i = 0; i < moves.padBefore.size(); ++i)
    if (moves.padBefore[i] >= kernel[i] || moves.padAfter[i] >= kernel[i])
      return invalidArgument("explicit_paddings must be smaller than the window");
  p.pool.window = SMW_TRY(windowOver(moves, p.layout.spatialDims(in), kernel));
  p.pool.batch = in[0];
  p.pool.channels = p.layout.channels(in);
  p.out = SMW_TRY(p.layout.shape(in[0], outputDims(p.pool.window, spatial), p.pool.channels));
  return p;
}

template <typename T>
Status leave(Resolver& r, const Pooling& p,
             void (*run)(kernels::Parallel&, const kernels::Pool&, const T*, T*)) {
  r.addOutput(r.dtype(0), p.out);
  if (p.out.numElements() == 0) return r.kernel([](const Args&) {});
  return imageKernel(
      r, p.layout, {0},
      [=, pool = p.pool](const Args& a) {
        run(a.context.parallel(), pool, a.in<T>(0), a.out<T>(0));
      },
      0);
}

Status leaveMax(Resolver& r, const Pooling& p) {
  if (r.dtype(0) == DType::kFloat) return leave<float>(r, p, kernels::maxPool);
  return dispatch<double, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t>(
      r, r.dtype(0), [&]<typename T>() { return leave<T>(r, p, kernels::maxPoolGeneric<T>); });
}

/// input: images. Cells in the padding do not count.
template <int spatial>
Status resolveMaxPool(Resolver& r) {
  if (isNarrowFloat(r.dtype(0))) return viaFloat32(r, resolveMaxPool<spatial>);
  return leaveMax(r, SMW_TRY(poolingOf(r, spatial, SMW_TRY(r.attr<Ints>("ksize")),
                                       SMW_TRY(r.attr<Ints>("strides")), spatial == 2)));
}

/// As MaxPool, with ksize and strides as inputs.
Status resolveMaxPoolV2(Resolver& r) {
  if (isNarrowFloat(r.dtype(0))) return viaFloat32(r, resolveMaxPoolV2);
  const Dims ksize = SMW_TRY(r.ints(1)), strides = SMW_TRY(r.ints(2));
  return leaveMax(r, SMW_TRY(poolingOf(r, 2, Ints(ksize.begin(), ksize.end()),
                                       Ints(strides.begin(), strides.end()), true)));
}

template <int spatial>
Status resolveAvgPool(Resolver& r) {
  if (isNarrowFloat(r.dtype(0))) return viaFloat32(r, resolveAvgPool<spatial>);
  const Pooling p = SMW_TRY(poolingOf(r, spatial, SMW_TRY(r.attr<Ints>("ksize")),
                                      SMW_TRY(r.attr<Ints>("strides")), false));
  if (r.dtype(0) == DType::kFloat) return leave<float>(r, p, kernels::avgPool);
  if (r.dtype(0) == DType::kDouble) return leave<double>(r, p, kernels::avgPoolGeneric<double>);
  return r.unsupportedDType(r.dtype(0));
}

template <typename T>
Status leaveArgmax(Resolver& r, const Pooling& p, bool includeBatch, DType indexType) {
  const int64_t n = p.out.numElements();
  r.addOutput(r.dtype(0), p.out);
  r.addOutput(indexType, p.out);
  if (n == 0) return r.kernel([](const Args&) {});
  const bool narrow = indexType == DType::kInt32;
  if (narrow) r.scratch(SMW_TRY(mul(n, 8)));
  return r.kernel([=, pool = p.pool](const Args& a) {
    int64_t* index = narrow ? a.scratch<int64_t>() : a.out<int64_t>(1);
    kernels::maxPoolArgmax<T>(a.context.parallel(), pool, a.in<T>(0), a.out<T>(0), index,
                              includeBatch);
    if (narrow)
      std::transform(index, index + n, a.out<int32_t>(1), [](int64_t i) { return int32_t(i); });
  });
}

/// input: (N,H,W,C) -> maxima, and where in the flattened input (of one image, or of all) they are.
Status resolveMaxPoolWithArgmax(Resolver& r) {
  if (isNarrowFloat(r.dtype(0))) return viaFloat32(r, resolveMaxPoolWithArgmax);
  const Pooling p = SMW_TRY(
      poolingOf(r, 2, SMW_TRY(r.attr<Ints>("ksize")), SMW_TRY(r.attr<Ints>("strides")), false));
  const bool includeBatch = r.attrOr("include_batch_in_index", false);
  const DType indexType = r.attrOr("Targmax", DType::kInt64);
  if (indexType != DType::kInt64 && indexType != DType::kInt32)
    return r.unsupportedDType(indexType);
  return dispatch<float, double, int64_t, int32_t>(
      r, r.dtype(0), [&]<typename T>() { return leaveArgmax<T>(r, p, includeBatch, indexType); });
}

constexpr OpDef kOps[] = {
    {"AvgPool", "value -> output", resolveAvgPool<2>},
    {"AvgPool3D", "input -> output", resolveAvgPool<3>},
    {"MaxPool", "input -> output", resolveMaxPool<2>},
    {"MaxPool3D", "input -> output", resolveMaxPool<3>},
    {"MaxPoolV2", "input, ksize, strides -> output", resolveMaxPoolV2},
    {"MaxPoolWithArgmax", "input -> output, argmax", resolveMaxPoolWithArgmax},
};

}  // namespace

std::span<const OpDef> poolOps() { return kOps; }

}  // namespace smw
