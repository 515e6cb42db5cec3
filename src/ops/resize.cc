// ResizeBilinear, ResizeBicubic, ResizeArea, ResizeNearestNeighbor.
#include "kernels/resize.h"

#include <limits>

#include "ops/dispatch.h"
#include "ops/families.h"
#include "ops/via_wider.h"

namespace smw {
namespace {

/// images: (N,H,W,C), size: (OH,OW). Sets `out` to (N,OH,OW,C).
Result<kernels::Resize> geometry(Resolver& r, Shape& out) {
  const Shape& in = r.shape(0);
  if (in.rank() != 4) return invalidArgument("input must be 4-dimensional", in);
  SMW_TRY(r.requireVector(1, "shape_t"));
  if (r.shape(1)[0] != 2) return invalidArgument("shape_t must have two elements", r.shape(1));
  const Dims size = SMW_TRY(r.ints(1));
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  if (size[0] <= 0 || size[1] <= 0 || size[0] > kMost || size[1] > kMost)
    return invalidArgument("output dimensions must be positive, got ", size[0], " by ", size[1]);
  if (in[1] <= 0 || in[2] <= 0 || in[1] > kMost || in[2] > kMost)
    return invalidArgument("input image must be of non-zero size");
  kernels::Resize s;
  s.batch = in[0];
  s.inH = in[1];
  s.inW = in[2];
  s.outH = size[0];
  s.outW = size[1];
  s.channels = in[3];
  s.alignCorners = r.attrOr("align_corners", false);
  s.halfPixelCenters = r.attrOr("half_pixel_centers", false);
  if (s.alignCorners && s.halfPixelCenters)
    return invalidArgument("If half_pixel_centers is True, align_corners must be False.");
  out = SMW_TRY(Shape::make({{s.batch, s.outH, s.outW, s.channels}}));
  return s;
}

constexpr int64_t kAlign = 64;

template <typename From>
void widen(const void* from, double* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = double(static_cast<const From*>(from)[i]);
}

template <typename T>
using ResizeFn = void(kernels::Parallel&, const kernels::Resize&, const T*, float*, void*);

/// uint32 and uint64 have no kernel of their own: they come as float64.
Status leaveWidened(Resolver& r, const kernels::Resize& s, int64_t scratch, ResizeFn<double>* run) {
  const int64_t n = r.shape(0).numElements();
  const int64_t at = (SMW_TRY(mul(n, 8)) / kAlign + 1) * kAlign;
  r.scratch(SMW_TRY(add(at, scratch)));
  return r.kernel([=, t = r.dtype(0)](const Args& a) {
    double* wide = a.scratch<double>();
    t == DType::kUint32 ? widen<uint32_t>(a.inputs[0], wide, n)
                        : widen<uint64_t>(a.inputs[0], wide, n);
    run(a.context.parallel(), s, wide, a.out<float>(0), a.scratch<std::byte>() + at);
  });
}

/// How a kind of resizing is called for each type of pixels.
template <typename Kind>
Status resolveTo(Resolver& r) {
  // The result is float32 whatever the images are.
  if (isNarrowFloat(r.dtype(0))) return viaFloat32(r, resolveTo<Kind>, 0);
  Shape out;
  const kernels::Resize s = SMW_TRY(geometry(r, out));
  r.addOutput(DType::kFloat, out);
  if (out.numElements() == 0) return r.kernel([](const Args&) {});
  const int64_t scratch = Kind::scratch(s);
  if (r.dtype(0) == DType::kUint32 || r.dtype(0) == DType::kUint64)
    return leaveWidened(r, s, scratch, Kind::template run<double>);
  return dispatch<float, double, uint8_t, int8_t, int16_t, uint16_t, int32_t, int64_t>(
      r, r.dtype(0), [&]<typename T>() {
        r.scratch(scratch);
        return r.kernel([=](const Args& a) {
          Kind::template run<T>(a.context.parallel(), s, a.in<T>(0), a.out<float>(0),
                                a.scratchMemory);
        });
      });
}

struct Bilinear {
  static int64_t scratch(const kernels::Resize& s) { return kernels::resizeBilinearScratch(s); }
  template <typename T>
  static void run(kernels::Parallel& p, const kernels::Resize& s, const T* in, float* out,
                  void* m) {
    kernels::resizeBilinear(p, s, in, out, m);
  }
};
struct Bicubic {
  static int64_t scratch(const kernels::Resize& s) { return kernels::resizeBicubicScratch(s); }
  template <typename T>
  static void run(kernels::Parallel& p, const kernels::Resize& s, const T* in, float* out,
                  void* m) {
    kernels::resizeBicubic(p, s, in, out, m);
  }
};
struct Area {
  static int64_t scratch(const kernels::Resize& s) { return kernels::resizeAreaScratch(s); }
  template <typename T>
  static void run(kernels::Parallel& p, const kernels::Resize& s, const T* in, float* out,
                  void* m) {
    kernels::resizeArea(p, s, in, out, m);
  }
};

/// Pixels are copied, so that any dtype of plain bytes will do.
Status resolveNearest(Resolver& r) {
  if (!isPod(r.dtype(0))) return r.unsupportedDType(r.dtype(0));
  Shape out;
  const kernels::Resize s = SMW_TRY(geometry(r, out));
  r.addOutput(r.dtype(0), out);
  if (out.numElements() == 0) return r.kernel([](const Args&) {});
  const int64_t pixel = s.channels * int64_t(dtypeSize(r.dtype(0)));
  return r.kernel([=](const Args& a) {
    kernels::resizeNearest(a.context.parallel(), s, pixel, a.inputs[0], a.outputs[0]);
  });
}

constexpr OpDef kOps[] = {
    {"ResizeArea", "images, size -> resized_images", resolveTo<Area>},
    {"ResizeBicubic", "images, size -> resized_images", resolveTo<Bicubic>},
    {"ResizeBilinear", "images, size -> resized_images", resolveTo<Bilinear>},
    {"ResizeNearestNeighbor", "images, size -> resized_images", resolveNearest},
};

}  // namespace

std::span<const OpDef> resizeOps() { return kOps; }

}  // namespace smw
