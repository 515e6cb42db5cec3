// Products with weights in float32, float16 and int8.
#include <algorithm>

#include "bench.h"
#include "kernels/compressed.h"
#include "kernels/winograd.h"

using namespace smw::kernels;
using namespace smw::bench;

namespace {

std::vector<float> floats(int64_t n) { return std::vector<float>(static_cast<size_t>(n)); }

void run(int64_t size, int64_t kernel, int64_t stride, int64_t in, int64_t out, int64_t batch) {
  Conv s{.batch = batch, .inChannels = in, .outChannels = out};
  for (int i = 1; i < 3; ++i) {
    s.window.in[i] = size;
    s.window.out[i] = (size + stride - 1) / stride;
    s.window.kernel[i] = kernel;
    s.window.stride[i] = stride;
    s.window.padBefore[i] = kernel / 2;
  }
  auto inp = numbers(batch * s.window.inSize() * in), filter = numbers(s.filterRows() * out),
       bias = numbers(out), result = numbers(batch * s.window.outSize() * out);
  auto packed = floats(convPackedFloats(s)), scratch = floats(convScratch(s, 1));
  convPack(s, filter.data(), packed.data());
  const Epilogue e = Epilogue::relu(bias.data());
  const double flops = 2.0 * double(batch * s.window.outSize() * s.filterRows() * out);
  const auto timed = [&](const char* kind, auto&& f) {
    char name[80];
    std::snprintf(name, sizeof name, "%s %lldx%lld^2 %lldx%lld/%lld %lld->%lld", kind,
                  (long long)batch, (long long)size, (long long)kernel, (long long)kernel,
                  (long long)stride, (long long)in, (long long)out);
    if (wanted(name)) report(name, seconds(f), flops);
  };
  timed("f32 ",
        [&] { conv(serial(), s, inp.data(), packed.data(), result.data(), e, scratch.data()); });
  if (winogradWins(s)) {
    auto points = floats(winogradPackedFloats(s)), room = floats(winogradScratch(s, 1));
    winogradPack(s, packed.data(), points.data());
    timed("wino",
          [&] { winograd(serial(), s, inp.data(), points.data(), result.data(), e, room.data()); });
  }
  for (const auto kind : {Compressed::kHalf, Compressed::kInt8}) {
    const Compressed c{kind, s.window.kernelSize(), in, out};
    auto small = floats(c.floats()), room = floats(compressedScratch(c, s, 1));
    CompressionError error;
    compress(c, packed.data(), small.data(), error);
    timed(kind == Compressed::kHalf ? "f16 " : "int8", [&] {
      compressedConv(serial(), c, s, inp.data(), small.data(), result.data(), e, room.data());
    });
  }
}

}  // namespace

int main(int argc, char** argv) {
  begin(argc, argv);
  run(56, 1, 1, 64, 256, 1);
  run(56, 3, 1, 64, 64, 1);
  run(28, 3, 1, 128, 128, 1);
  run(14, 1, 1, 1024, 256, 1);
  run(14, 3, 1, 256, 256, 1);
  run(14, 3, 2, 256, 256, 1);
  run(7, 1, 1, 512, 2048, 1);
  run(7, 3, 1, 512, 512, 1);
  run(14, 1, 1, 96, 576, 1);
  run(1, 1, 1, 384, 384, 128);
  run(1, 1, 1, 384, 1536, 128);
  run(1, 1, 1, 1536, 384, 128);
  run(1, 1, 1, 2048, 1000, 1);
}
