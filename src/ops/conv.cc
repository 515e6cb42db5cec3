// Convolutions: Conv2D, Conv3D, their gradients by the input (transposed convolutions), depthwise.
#include <algorithm>

#include "kernels/conv.h"
#include "kernels/depthwise.h"
#include "kernels/generic.h"
#include "kernels/names.h"
#include "ops/chosen.h"
#include "ops/conv_shape.h"
#include "ops/dispatch.h"
#include "ops/families.h"
#include "ops/image_window.h"
#include "ops/packed_weight.h"
#include "ops/threads.h"
#include "ops/via_wider.h"

namespace smw {
namespace {

using kernels::Epilogue;
using FloatConv = void(kernels::Parallel&, const kernels::Conv&, const float*, const float*, float*,
                       const Epilogue&, float*);

Status requireRank(const Resolver& r, int i, int rank, std::string_view name) {
  if (r.rank(i) == rank) return {};
  return invalidArgument(name, " must be ", rank, "-dimensional: ", r.shape(i));
}

/// TensorFlow's CPU kernels know groups in Conv2D only.
Status requireOneGroup(const kernels::Conv& c, std::string_view name) {
  if (c.groups == 1) return {};
  return invalidArgument(name, " depth must match filter depth: ", c.inChannels, " vs ",
                         c.groupIn());
}

Dims firstDims(const Shape& s, int n) { return Dims(s.dims().first(size_t(n))); }

/// The float kernel with its filter (input 1) packed: at once where it is known, else in scratch at
/// each run. `data` is the input with the images.
Status leaveFloat(Resolver& r, const ImageLayout& layout, const kernels::Conv& c, int data,
                  int64_t packedFloats, int64_t scratchFloats,
                  void (*pack)(const kernels::Conv&, const float*, float*), FloatConv* run,
                  const char* name) {
  chose(name, multiplyAdds(c));
  Tensor packed;
  // The two directions pack differently, and which one it is follows from the op.
  if (const Tensor* filter = r.peekValue(1))
    packed = SMW_TRY(packedWeight(r, *filter, packedFloats, int(c.groups),
                                  [&](const float* from, float* to) { pack(c, from, to); }));
  const int64_t inScratch = packed ? 0 : packedFloats;
  const int64_t floats = SMW_TRY(add(inScratch, scratchFloats));
  return imageKernel(
      r, layout, {data},
      [=, threads = plannedThreads()](const Args& a) {
        float* scratch = a.scratch<float>();
        if (!packed) pack(c, a.in<float>(1), scratch);
        run(parallelFor(a, threads), c, a.in<float>(data), packed ? packed.data<float>() : scratch,
            a.out<float>(0), Epilogue::none(), scratch + inScratch);
      },
      SMW_TRY(mul(floats, sizeof(float))));
}

template <typename T>
Status leaveGeneric(Resolver& r, const ImageLayout& layout, const kernels::Conv& c, int data,
                    void (*run)(kernels::Parallel&, const kernels::Conv&, const T*, const T*, T*)) {
  chose("generic", multiplyAdds(c));
  return imageKernel(
      r, layout, {data},
      [=](const Args& a) { run(a.context.parallel(), c, a.in<T>(data), a.in<T>(1), a.out<T>(0)); },
      0);
}

/// input: images, filter: (spatial..., C / groups, OC).
template <int spatial>
Status resolveConv(Resolver& r) {
  if (isNarrowFloat(r.dtype(0))) return viaFloat32(r, resolveConv<spatial>);
  const ImageLayout layout = SMW_TRY(imageLayout(r, spatial));
  SMW_TRY(requireRank(r, 0, spatial + 2, "input"));
  SMW_TRY(requireRank(r, 1, spatial + 2, "filter"));
  const WindowMoves moves = SMW_TRY(windowMoves(r, layout));
  const Shape &in = r.shape(0), &filter = r.shape(1);
  kernels::Conv c = SMW_TRY(convOf(filter, spatial, in[0], layout.channels(in)));
  if (spatial == 3) SMW_TRY(requireOneGroup(c, "input"));
  c.window = SMW_TRY(windowOver(moves, layout.spatialDims(in), firstDims(filter, spatial)));
  const Shape out =
      SMW_TRY(layout.shape(in[0], outputDims(c.window, spatial), filter[spatial + 1]));
  r.addOutput(r.dtype(0), out);
  if (out.numElements() == 0) return r.kernel([](const Args&) {});
  switch (r.dtype(0)) {
    case DType::kFloat:
      return leaveFloat(r, layout, c, 0, kernels::convPackedFloats(c),
                        kernels::convScratch(c, plannedThreads()), kernels::convPack, kernels::conv,
                        kernels::convName(c));
    case DType::kDouble:
      return leaveGeneric<double>(r, layout, c, 0, kernels::convGeneric<double>);
    case DType::kInt32:
      return leaveGeneric<int32_t>(r, layout, c, 0, kernels::convGeneric<int32_t>);
    default:
      return r.unsupportedDType(r.dtype(0));
  }
}

/// The shape of the forward input. `sizes` may leave out batch and channels.
Result<Shape> forwardShape(Resolver& r, const ImageLayout& layout, bool sizesAreValues) {
  if (!sizesAreValues) return r.shape(0);
  SMW_TRY(r.requireVector(0, "input_sizes"));
  const Dims sizes = SMW_TRY(r.ints(0));
  if (int(sizes.size()) == layout.rank()) return Shape::make(sizes);
  if (int(sizes.size()) != layout.spatial)
    return invalidArgument("input_sizes must have ", layout.rank(), " or ", layout.spatial,
                           " entries, has ", sizes.size());
  for (int64_t s : sizes) SMW_TRY(mul(s, 1));
  return layout.shape(r.shape(2)[0], sizes, r.shape(1)[layout.spatial]);
}

/// input_sizes, filter: (spatial..., C / groups, OC), out_backprop: images of OC -> images of C.
template <int spatial, bool sizesAreValues>
Status resolveBackpropInput(Resolver& r) {
  if (isNarrowFloat(r.dtype(1)))
    return viaFloat32(r, resolveBackpropInput<spatial, sizesAreValues>);
  const ImageLayout layout = SMW_TRY(imageLayout(r, spatial));
  SMW_TRY(requireRank(r, 1, spatial + 2, "filter"));
  SMW_TRY(requireRank(r, 2, spatial + 2, "out_backprop"));
  const Shape in = SMW_TRY(forwardShape(r, layout, sizesAreValues));
  if (in.rank() != layout.rank())
    return invalidArgument("input must be ", layout.rank(), "-dimensional");
  const WindowMoves moves = SMW_TRY(windowMoves(r, layout));
  const Shape &filter = r.shape(1), &grad = r.shape(2);
  kernels::Conv c = SMW_TRY(convOf(filter, spatial, in[0], layout.channels(in)));
  SMW_TRY(requireOneGroup(c, "input_sizes"));
  c.window = SMW_TRY(windowOver(moves, layout.spatialDims(in), firstDims(filter, spatial)));
  const Shape want =
      SMW_TRY(layout.shape(in[0], outputDims(c.window, spatial), filter[spatial + 1]));
  if (!(grad == want))
    return invalidArgument("Size of out_backprop doesn't match computed: actual = ", grad,
                           ", computed = ", want);
  r.addOutput(r.dtype(1), in);
  if (in.numElements() == 0) return r.kernel([](const Args&) {});
  switch (r.dtype(1)) {
    case DType::kFloat:
      return leaveFloat(r, layout, c, 2, kernels::convTransposePackedFloats(c),
                        kernels::convTransposeScratch(c, plannedThreads()),
                        kernels::convTransposePack, kernels::convTranspose, "transposed 6x8");
    case DType::kDouble:
      // The generic kernels take the images before the filter.
      return leaveGeneric<double>(r, layout, c, 2, kernels::convTransposeGeneric<double>);
    case DType::kInt32:
      return leaveGeneric<int32_t>(r, layout, c, 2, kernels::convTransposeGeneric<int32_t>);
    default:
      return r.unsupportedDType(r.dtype(1));
  }
}

/// input: (N,H,W,C), filter: (KH,KW,C,M) -> (N,OH,OW,C*M).
Status resolveDepthwise(Resolver& r) {
  if (isNarrowFloat(r.dtype(0))) return viaFloat32(r, resolveDepthwise);
  const ImageLayout layout = SMW_TRY(imageLayout(r, 2));
  SMW_TRY(requireRank(r, 0, 4, "input"));
  SMW_TRY(requireRank(r, 1, 4, "filter"));
  const WindowMoves moves = SMW_TRY(windowMoves(r, layout));
  const Shape &in = r.shape(0), &filter = r.shape(1);
  kernels::Depthwise d;
  d.batch = in[0];
  d.channels = layout.channels(in);
  d.multiplier = filter[3];
  if (d.channels != filter[2])
    return invalidArgument("input and filter must have the same depth: ", d.channels, " vs ",
                           filter[2]);
  d.window = SMW_TRY(windowOver(moves, layout.spatialDims(in), firstDims(filter, 2)));
  const Shape out =
      SMW_TRY(layout.shape(in[0], outputDims(d.window, 2), SMW_TRY(mul(d.channels, d.multiplier))));
  r.addOutput(r.dtype(0), out);
  if (out.numElements() == 0) return r.kernel([](const Args&) {});
  const int threads = plannedThreads();
  const bool floats = r.dtype(0) == DType::kFloat;
  chose(floats ? kernels::depthwiseName(d) : "generic", multiplyAdds(d));
  if (floats)
    return imageKernel(
        r, layout, {0},
        [=](const Args& a) {
          kernels::depthwise(parallelFor(a, threads), d, a.in<float>(0), a.in<float>(1),
                             a.out<float>(0), Epilogue::none(), a.scratch<float>());
        },
        SMW_TRY(mul(kernels::depthwiseScratch(d, threads), sizeof(float))));
  if (r.dtype(0) == DType::kDouble)
    return imageKernel(
        r, layout, {0},
        [=](const Args& a) {
          kernels::depthwiseGeneric(a.context.parallel(), d, a.in<double>(0), a.in<double>(1),
                                    a.out<double>(0));
        },
        0);
  return r.unsupportedDType(r.dtype(0));
}

constexpr OpDef kOps[] = {
    {"Conv2D", "input, filter -> output", resolveConv<2>},
    {"Conv2DBackpropInput", "input_sizes, filter, out_backprop -> output",
     resolveBackpropInput<2, true>},
    {"Conv3D", "input, filter -> output", resolveConv<3>},
    {"Conv3DBackpropInput", "input, filter, out_backprop -> output",
     resolveBackpropInput<3, false>},
    {"Conv3DBackpropInputV2", "input_sizes, filter, out_backprop -> output",
     resolveBackpropInput<3, true>},
    {"DepthwiseConv2dNative", "input, filter -> output", resolveDepthwise},
};

}  // namespace

std::span<const OpDef> convOps() { return kOps; }

}  // namespace smw
