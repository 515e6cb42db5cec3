#include <algorithm>

#include "bench.h"
#include "kernels/conv.h"
#include "kernels/depthwise.h"
#include "kernels/pool.h"
#include "kernels/resize.h"
#include "kernels/transpose.h"
#include "kernels/winograd.h"

using namespace smw::kernels;
using namespace smw::bench;

namespace {

Window same(int64_t size, int64_t kernel, int64_t stride) {
  Window w;
  for (int i = 1; i < 3; ++i) {
    w.in[i] = size;
    w.out[i] = (size + stride - 1) / stride;
    w.kernel[i] = kernel;
    w.stride[i] = stride;
    w.padBefore[i] = std::max<int64_t>(0, (w.out[i] - 1) * stride + kernel - size) / 2;
  }
  return w;
}

std::vector<float> floats(int64_t n) { return std::vector<float>(static_cast<size_t>(n)); }

void convolution(int64_t size, int64_t kernel, int64_t stride, int64_t in, int64_t out,
                 bool transposed = false, int64_t groups = 1) {
  char name[80];
  std::snprintf(name, sizeof name, "%s %lld^2 %lldx%lld/%lld %lld->%lld%s",
                transposed ? "convT" : "conv", (long long)size, (long long)kernel,
                (long long)kernel, (long long)stride, (long long)in, (long long)out,
                groups > 1 ? " groups" : "");
  if (!wanted(name)) return;
  Conv s{
      .window = same(size, kernel, stride), .inChannels = in, .outChannels = out, .groups = groups};
  const Window& w = s.window;
  auto inp = numbers(w.inSize() * in), filter = numbers(s.filterRows() * out),
       bias = numbers(std::max(in, out)), result = numbers(w.outSize() * out);
  const Epilogue e = Epilogue::relu6(bias.data());
  const double flops = 2.0 * double(w.outSize() * s.filterRows() * out);
  if (transposed) {
    auto packed = floats(convTransposePackedFloats(s)),
         scratch = floats(convTransposeScratch(s, 1));
    convTransposePack(s, filter.data(), packed.data());
    report(name, seconds([&] {
             convTranspose(serial(), s, result.data(), packed.data(), inp.data(), e,
                           scratch.data());
           }),
           flops);
    return;
  }
  auto packed = floats(convPackedFloats(s)), scratch = floats(convScratch(s, 1));
  convPack(s, filter.data(), packed.data());
  report(name, seconds([&] {
           conv(serial(), s, inp.data(), packed.data(), result.data(), e, scratch.data());
         }),
         flops);
  for (int tile : {2, 4}) {
    if (winogradTile(s) == 0) return;
    auto points = floats(winogradPackedFloats(s, tile)), work = floats(winogradScratch(s, tile, 1));
    winogradPack(s, tile, packed.data(), points.data());
    report((std::string(name) + " winograd " + std::to_string(tile)).c_str(), seconds([&] {
             winograd(serial(), s, tile, inp.data(), points.data(), result.data(), e, work.data());
           }),
           flops);
  }
}

void channelwise(int64_t size, int64_t kernel, int64_t stride, int64_t channels) {
  char name[80];
  std::snprintf(name, sizeof name, "depthwise %lld^2 %lldx%lld/%lld %lld", (long long)size,
                (long long)kernel, (long long)kernel, (long long)stride, (long long)channels);
  if (!wanted(name)) return;
  Depthwise s{.window = same(size, kernel, stride), .channels = channels};
  const Window& w = s.window;
  auto inp = numbers(w.inSize() * channels), filter = numbers(w.kernelSize() * channels),
       bias = numbers(channels), result = numbers(w.outSize() * channels),
       scratch = floats(depthwiseScratch(s, 1));
  const Epilogue e = Epilogue::relu6(bias.data());
  report(name, seconds([&] {
           depthwise(serial(), s, inp.data(), filter.data(), result.data(), e, scratch.data());
         }),
         2.0 * double(w.outSize() * w.kernelSize() * channels),
         4.0 * double((w.inSize() + w.outSize()) * channels));
}

void pools(int64_t size, int64_t kernel, int64_t stride, int64_t channels) {
  char name[80];
  std::snprintf(name, sizeof name, "pool %lld^2 %lldx%lld/%lld %lld", (long long)size,
                (long long)kernel, (long long)kernel, (long long)stride, (long long)channels);
  if (!wanted(name)) return;
  Pool s{.window = same(size, kernel, stride), .channels = channels};
  if (kernel == size)
    for (int i = 1; i < 3; ++i) s.window.out[i] = 1, s.window.padBefore[i] = 0;
  auto inp = numbers(s.window.inSize() * channels), result = numbers(s.window.outSize() * channels);
  const double bytes = 4.0 * double((s.window.inSize() + s.window.outSize()) * channels);
  report((std::string("max ") + name).c_str(),
         seconds([&] { maxPool(serial(), s, inp.data(), result.data()); }), 0, bytes);
  report((std::string("avg ") + name).c_str(),
         seconds([&] { avgPool(serial(), s, inp.data(), result.data()); }), 0, bytes);
}

void moved(std::vector<int64_t> dims, std::vector<int> perm, int size) {
  int64_t n = size;
  std::string name = "transpose " + std::to_string(size) + " bytes";
  for (size_t i = 0; i < dims.size(); ++i) {
    n *= dims[i];
    name += " " + std::to_string(dims[i]) + "(" + std::to_string(perm[i]) + ")";
  }
  if (!wanted(name.c_str())) return;
  auto inp = numbers(n / 4 + 1), result = numbers(n / 4 + 1);
  report(name.c_str(), seconds([&] {
           transpose(serial(), size, int(dims.size()), dims.data(), perm.data(), inp.data(),
                     result.data());
         }),
         0, 2.0 * double(n));
}

void resized(int64_t in, int64_t out, int64_t channels) {
  const std::string name = "resize " + std::to_string(in) + " to " + std::to_string(out) + " " +
                           std::to_string(channels) + " ";
  if (!wanted(name.c_str())) return;
  const Resize s{.inH = in,
                 .inW = in,
                 .outH = out,
                 .outW = out,
                 .channels = channels,
                 .halfPixelCenters = true};
  auto inp = numbers(in * in * channels), result = numbers(out * out * channels);
  auto scratch = floats(resizeBilinearScratch(s) / 4 + resizeBicubicScratch(s) / 4 + 8);
  const double bytes = 4.0 * double((in * in + out * out) * channels);
  report((name + "bilinear").c_str(),
         seconds([&] { resizeBilinear(serial(), s, inp.data(), result.data(), scratch.data()); }),
         0, bytes);
  report((name + "bicubic").c_str(),
         seconds([&] { resizeBicubic(serial(), s, inp.data(), result.data(), scratch.data()); }), 0,
         bytes);
  report((name + "nearest").c_str(),
         seconds([&] { resizeNearest(serial(), s, channels * 4, inp.data(), result.data()); }), 0,
         bytes);
}

}  // namespace

int main(int argc, char** argv) {
  begin(argc, argv);
  convolution(224, 3, 2, 3, 32);
  convolution(224, 7, 2, 3, 64);
  convolution(56, 3, 1, 64, 64);
  convolution(28, 3, 1, 128, 128);
  convolution(14, 3, 1, 256, 256);
  convolution(7, 3, 1, 512, 512);
  convolution(56, 3, 2, 128, 128);
  convolution(112, 3, 1, 16, 16);
  convolution(56, 1, 2, 256, 512);
  convolution(28, 5, 1, 32, 96);
  convolution(56, 3, 1, 128, 128, false, 32);
  convolution(56, 4, 2, 64, 128, true);
  convolution(28, 2, 2, 128, 256, true);
  channelwise(112, 3, 1, 32);
  channelwise(112, 3, 2, 96);
  channelwise(56, 3, 1, 144);
  channelwise(28, 5, 1, 240);
  channelwise(14, 3, 1, 512);
  channelwise(7, 3, 1, 960);
  pools(112, 3, 2, 64);
  pools(56, 2, 2, 128);
  pools(7, 7, 7, 2048);
  moved({1, 224, 224, 3}, {0, 3, 1, 2}, 4);
  moved({1, 56, 56, 64}, {0, 3, 1, 2}, 4);
  moved({1, 64, 56, 56}, {0, 2, 3, 1}, 4);
  moved({1, 128, 12, 64}, {0, 2, 1, 3}, 4);
  moved({1024, 1024}, {1, 0}, 4);
  moved({1024, 1024}, {1, 0}, 1);
  resized(300, 224, 3);
  resized(28, 56, 128);
}
