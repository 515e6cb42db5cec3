#include "ops/image_window.h"

#include <algorithm>
#include <limits>

#include "kernels/transpose.h"

namespace smw {

namespace {

/// Strides, dilations and paddings beyond int32 are nonsense, and sums of them could overflow.
Status checkEntry(int64_t v, int64_t least, std::string_view what) {
  if (v >= least && v <= std::numeric_limits<int32_t>::max()) return {};
  return invalidArgument(what, " must be at least ", least, ", got ", v);
}

/// The entries of the spatial dimensions; those of batch and channels must be `neutral`.
Result<Dims> spatialEntries(const ImageLayout& layout, std::span<const int64_t> all,
                            std::string_view what) {
  if (int(all.size()) != layout.rank())
    return invalidArgument(what, " must have ", layout.rank(), " entries, has ", all.size());
  if (all[0] != 1 || all[size_t(layout.channelAxis())] != 1)
    return invalidArgument(what, " in the batch and channel dimensions must be 1");
  Dims d;
  for (int i = 0; i < layout.spatial; ++i) {
    d.push_back(all[size_t(layout.spatialAxis(i))]);
    SMW_TRY(checkEntry(d.back(), 1, what));
  }
  return d;
}

Status readPaddings(const Resolver& r, const ImageLayout& layout, WindowMoves& m) {
  const auto all = r.attrOr("explicit_paddings", std::vector<int64_t>());
  if (int(all.size()) != 2 * layout.rank())
    return invalidArgument("explicit_paddings must have ", 2 * layout.rank(), " entries, has ",
                           all.size());
  const size_t c = size_t(layout.channelAxis());
  if (all[0] || all[1] || all[2 * c] || all[2 * c + 1])
    return invalidArgument("explicit_paddings of batch and channels must be 0");
  for (int i = 0; i < layout.spatial; ++i) {
    const size_t a = 2 * size_t(layout.spatialAxis(i));
    SMW_TRY(checkEntry(all[a], 0, "explicit_paddings"));
    SMW_TRY(checkEntry(all[a + 1], 0, "explicit_paddings"));
    m.padBefore.push_back(all[a]);
    m.padAfter.push_back(all[a + 1]);
  }
  return {};
}

}  // namespace

Dims ImageLayout::spatialDims(const Shape& s) const {
  Dims d;
  for (int i = 0; i < spatial; ++i) d.push_back(s[spatialAxis(i)]);
  return d;
}

Result<Shape> ImageLayout::shape(int64_t batch, std::span<const int64_t> spatialDims,
                                 int64_t channels) const {
  Dims d{batch};
  if (channelsFirst) d.push_back(channels);
  for (int64_t s : spatialDims) d.push_back(s);
  if (!channelsFirst) d.push_back(channels);
  return Shape::make(d);
}

Result<ImageLayout> imageLayout(const Resolver& r, int spatial) {
  const bool volumes = spatial == 3;
  const std::string format = r.attrOr("data_format", volumes ? "NDHWC" : "NHWC");
  if (format == (volumes ? "NDHWC" : "NHWC")) return ImageLayout{spatial, false};
  if (format == (volumes ? "NCDHW" : "NCHW")) return ImageLayout{spatial, true};
  return invalidArgument("data_format '", format, "' is not one that op ", r.op(), " takes");
}

Result<WindowMoves> windowMoves(const Resolver& r, const ImageLayout& layout,
                                const std::vector<int64_t>* strides) {
  WindowMoves m;
  m.strides = SMW_TRY(spatialEntries(
      layout, strides ? *strides : SMW_TRY(r.attr<std::vector<int64_t>>("strides")), "strides"));
  const auto dilations = r.attrOr("dilations", std::vector<int64_t>());
  m.dilations = dilations.empty() ? Dims(size_t(layout.spatial), 1)
                                  : SMW_TRY(spatialEntries(layout, dilations, "dilations"));
  const std::string padding = SMW_TRY(r.attr<std::string>("padding"));
  if (padding == "SAME") {
    m.padding = WindowMoves::kSame;
  } else if (padding == "EXPLICIT") {
    m.padding = WindowMoves::kExplicit;
    SMW_TRY(readPaddings(r, layout, m));
  } else if (padding != "VALID") {
    return invalidArgument("padding '", padding, "' is not SAME, VALID or EXPLICIT");
  }
  return m;
}

Result<kernels::Window> windowOver(const WindowMoves& m, std::span<const int64_t> in,
                                   std::span<const int64_t> kernel) {
  kernels::Window w;
  for (size_t i = 0; i < in.size(); ++i) {
    const size_t d = 3 - in.size() + i;
    const int64_t stride = m.strides[i];
    // The cells that a dilated window covers.
    const int64_t covered =
        kernel[i] == 0 ? 0 : SMW_TRY(add(SMW_TRY(mul(kernel[i] - 1, m.dilations[i])), 1));
    int64_t before = 0, out = 0;
    if (m.padding == WindowMoves::kSame) {
      out = in[i] / stride + (in[i] % stride != 0);
      // fits: the last window begins inside the input.
      const int64_t end = out == 0 ? covered : SMW_TRY(add((out - 1) * stride, covered));
      before = std::max<int64_t>(end - in[i], 0) / 2;
    } else {
      int64_t padded = in[i];
      if (m.padding == WindowMoves::kExplicit) {
        before = m.padBefore[i];
        padded = SMW_TRY(add(SMW_TRY(add(padded, m.padBefore[i])), m.padAfter[i]));
      }
      out = SMW_TRY(add(padded, stride));
      out = (out - covered) / stride;
      if (out < 0)
        return invalidArgument("Computed output size would be negative: ", out,
                               " [input_size: ", in[i], ", effective_filter_size: ", covered,
                               ", stride: ", stride, "]");
    }
    w.in[d] = in[i];
    w.out[d] = out;
    w.kernel[d] = kernel[i];
    w.stride[d] = stride;
    w.dilation[d] = m.dilations[i];
    w.padBefore[d] = before;
  }
  return w;
}

Dims outputDims(const kernels::Window& w, int spatial) {
  return Dims(std::span<const int64_t>(w.out + 3 - spatial, size_t(spatial)));
}

namespace {

constexpr int64_t kAlign = 64;
constexpr int kMostImages = 2;

/// A tensor of images that is transposed on the way in or out.
struct Turned {
  int index = 0, elementSize = 0, rank = 0;
  int64_t dims[5] = {};  // as it lies outside
  int64_t at = 0;        // in scratch
};

Result<Turned> turned(int index, DType t, const Shape& s, int64_t& scratch) {
  Turned u{index, int(dtypeSize(t)), s.rank(), {}, scratch};
  std::ranges::copy(s.dims(), u.dims);
  const int64_t bytes = SMW_TRY(mul(s.numElements(), u.elementSize));
  scratch = SMW_TRY(add(scratch, SMW_TRY(add(bytes, kAlign)) / kAlign * kAlign));
  return u;
}

struct ChannelsFirst {
  Kernel inner;
  Turned in[kMostImages], out;
  int images = 0;
  int numInputs = 0;
  int64_t innerScratch = 0;

  Status operator()(const Args& a) const {
    std::byte* scratch = a.scratch<std::byte>();
    void* inputs[4];
    std::copy_n(a.inputs, numInputs, inputs);
    for (int i = 0; i < images; ++i) {
      const Turned& t = in[i];
      int perm[5] = {0};
      for (int d = 1; d + 1 < t.rank; ++d) perm[d] = d + 1;
      perm[t.rank - 1] = 1;
      void* to = scratch + t.at;
      kernels::transpose(a.context.parallel(), t.elementSize, t.rank, t.dims, perm, inputs[t.index],
                         to);
      inputs[t.index] = to;
    }
    void* outputs[1] = {scratch + out.at};
    SMW_TRY(inner(Args{inputs, outputs, scratch + innerScratch, a.context}));
    int64_t last[5] = {out.dims[0]};
    int perm[5] = {0, out.rank - 1};
    for (int d = 1; d + 1 < out.rank; ++d) {
      last[d] = out.dims[d + 1];
      perm[d + 1] = d;
    }
    last[out.rank - 1] = out.dims[1];
    kernels::transpose(a.context.parallel(), out.elementSize, out.rank, last, perm, outputs[0],
                       a.outputs[0]);
    return {};
  }
};

}  // namespace

Status imageKernel(Resolver& r, const ImageLayout& layout, std::initializer_list<int> images,
                   Kernel inner, int64_t innerScratch) {
  if (!layout.channelsFirst) {
    r.scratch(innerScratch);
    return r.kernel(std::move(inner));
  }
  ChannelsFirst c;
  int64_t scratch = 0;
  for (int i : images) c.in[c.images++] = SMW_TRY(turned(i, r.dtype(i), r.shape(i), scratch));
  const OutputInfo& out = r.outputs()[0];
  c.out = SMW_TRY(turned(0, out.dtype, out.shape, scratch));
  c.inner = std::move(inner);
  c.numInputs = r.numInputs();
  c.innerScratch = scratch;
  r.scratch(SMW_TRY(add(scratch, innerScratch)));
  return r.kernel(std::move(c));
}

}  // namespace smw
