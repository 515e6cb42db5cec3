// Kernels that go over memory once: what they cost decides at which level each is compiled
// (cmake/Rooms.cmake).
#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "bench.h"
#include "kernels/binary.h"
#include "kernels/broadcast.h"
#include "kernels/cast.h"
#include "kernels/nd_copy.h"
#include "kernels/norm.h"
#include "kernels/parallel.h"
#include "kernels/pool.h"
#include "kernels/reduce.h"
#include "kernels/resize.h"
#include "kernels/select.h"
#include "kernels/softmax.h"
#include "kernels/transpose.h"
#include "kernels/unary.h"

using namespace smw::kernels;
using namespace smw::bench;

namespace {

constexpr int64_t kN = 12 * 1024;  // a plane that stays in the nearest cache

template <typename F>
void measure(const char* name, int64_t elements, F f) {
  if (wanted(name)) report(name, seconds(f), 0, 4.0 * double(elements));
}

void binaries(const float* x, const float* y, float* out) {
  const auto with = [&](const char* name, BinaryOp op, int stepB) {
    const BinaryKernel k = binaryKernel(op, Elem::kF32);
    measure(name, kN, [=] { runBinary(k, x, 1, y, stepB, out, kN); });
  };
  with("add", BinaryOp::kAdd, 1);
  with("add scalar", BinaryOp::kAdd, 0);
  with("mul", BinaryOp::kMul, 1);
  with("sub", BinaryOp::kSub, 1);
  with("div", BinaryOp::kDiv, 1);
  with("maximum scalar", BinaryOp::kMaximum, 0);
  with("squared difference", BinaryOp::kSquaredDifference, 1);
  with("less", BinaryOp::kLess, 1);
  with("equal scalar", BinaryOp::kEqual, 0);
  with("pow", BinaryOp::kPow, 1);
  const BinaryKernel add = binaryKernel(BinaryOp::kAdd, Elem::kF32);
  for (const int64_t inner : {int64_t(3), int64_t(64)}) {
    const int64_t outer = kN / inner, full[] = {outer, inner}, row[] = {inner};
    const std::span<const int64_t> operands[] = {full, row};
    BroadcastPlan plan;
    planBroadcast(full, operands, plan);
    measure(inner == 3 ? "add row of 3" : "add row of 64", kN,
            [=, &plan] { runBinary(add, plan, x, y, out, 0, outer * inner); });
  }
}

void unaries(const float* x, float* out) {
  const auto with = [&](const char* name, UnaryOp op) {
    const UnaryKernel k = unaryKernel(op, Elem::kF32);
    measure(name, kN, [=] { runUnary(k, x, out, 0, kN); });
  };
  with("relu", UnaryOp::kRelu);
  with("relu6", UnaryOp::kRelu6);
  with("sqrt", UnaryOp::kSqrt);
  with("exp", UnaryOp::kExp);
  with("log", UnaryOp::kLog);
  with("tanh", UnaryOp::kTanh);
  with("sigmoid", UnaryOp::kSigmoid);
  with("silu", UnaryOp::kSilu);
  with("erf", UnaryOp::kErf);
  with("gelu erf", UnaryOp::kGeluErf);
  with("gelu tanh", UnaryOp::kGeluTanh);
  with("hard swish", UnaryOp::kHardSwish);
  with("sin", UnaryOp::kSin);
}

void rows(const float* x, const float* y, float* out) {
  for (const int64_t n : {int64_t(10), int64_t(128), int64_t(1000)}) {
    char name[40];
    const int64_t m = kN / n;
    std::snprintf(name, sizeof name, "softmax %d", int(n));
    measure(name, m * n, [=] { softmax(x, out, n, false, 0, m); });
    std::snprintf(name, sizeof name, "layer norm %d", int(n));
    measure(name, m * n, [=] { layerNorm(x, y, y, 1e-3f, out, n, 0, m); });
  }
  measure("batch norm 32", kN, [=] { normalizeChannelsLast(x, y, y, y, out, 32, 0, kN / 32); });
}

void reductions(const float* x, float* out) {
  const auto with = [&](const char* name, ReduceOp op, std::initializer_list<int64_t> dims,
                        std::initializer_list<bool> reduced) {
    ReducePlan plan;
    planReduce(std::vector(dims), std::span(reduced.begin(), reduced.size()), plan);
    const ReduceKernel k = reduceKernel(op, Elem::kF32);
    measure(name, kN, [=] { runReduce(k, plan, x, out, 0, plan.outputs()); });
  };
  with("sum inner", ReduceOp::kSum, {kN / 128, 128}, {false, true});
  with("mean inner", ReduceOp::kMean, {kN / 128, 128}, {false, true});
  with("max inner", ReduceOp::kMax, {kN / 128, 128}, {false, true});
  with("mean outer", ReduceOp::kMean, {kN / 128, 128}, {true, false});
  with("max outer", ReduceOp::kMax, {kN / 128, 128}, {true, false});
}

void moves(const float* x, float* out) {
  const auto turn = [&](const char* name, std::initializer_list<int64_t> dims,
                        std::initializer_list<int> perm, int size = 4) {
    const std::vector<int64_t> d(dims);
    const std::vector<int> p(perm);
    measure(name, kN,
            [=, &d, &p] { transpose(serial(), size, int(d.size()), d.data(), p.data(), x, out); });
  };
  turn("transpose 2d", {128, 96}, {1, 0});
  turn("transpose heads", {32, 12, 32}, {1, 0, 2});
  turn("transpose nchw", {3, 64, 64}, {1, 2, 0});
  turn("transpose bytes", {128, 96}, {1, 0}, 1);
  const auto copy = [&](const char* name, std::initializer_list<NdCopy::Dim> dims) {
    const NdCopy c = NdCopy::make(std::vector(dims));
    measure(name, c.elements(), [=, &c] { ndCopy(serial(), c, 4, x, out); });
  };
  copy("copy rows of 16", {{512, 16, 24}, {16, 1, 1}});
  copy("copy rows of 3", {{2048, 3, 6}, {3, 1, 1}});
  copy("copy every other", {{6000, 2, 1}});
  copy("repeat", {{1000, 1, 8}, {8, 0, 1}});
  std::vector<uint8_t> bytes(kN, 1);
  std::vector<int32_t> ints(kN, 3);
  std::vector<int64_t> longs(kN, 3);
  const auto convert = [&](const char* name, Elem from, const void* p, Elem to, void* q) {
    measure(name, kN, [=] { cast(from, p, to, q, kN); });
  };
  convert("uint8 to float", Elem::kU8, bytes.data(), Elem::kF32, out);
  convert("int32 to float", Elem::kI32, ints.data(), Elem::kF32, out);
  convert("float to int32", Elem::kF32, x, Elem::kI32, ints.data());
  convert("int32 to int64", Elem::kI32, ints.data(), Elem::kI64, longs.data());
  convert("int64 to int32", Elem::kI64, longs.data(), Elem::kI32, ints.data());
  convert("bool to float", Elem::kBool, bytes.data(), Elem::kF32, out);
  convert("float to half", Elem::kF32, x, Elem::kF16, longs.data());
  const int64_t full[] = {kN};
  const std::span<const int64_t> operands[] = {full, full, full};
  BroadcastPlan plan;
  planBroadcast(full, operands, plan);
  measure("select", kN, [=, &plan, &bytes] { select(plan, 4, bytes.data(), x, x, out, 0, kN); });
}

void images(const float* x, float* out) {
  for (const int64_t channels : {int64_t(3), int64_t(32)}) {
    char name[40];
    const int64_t size = channels == 3 ? 32 : 16;
    const Resize s{.inH = size,
                   .inW = size,
                   .outH = size + 8,
                   .outW = size + 8,
                   .channels = channels,
                   .halfPixelCenters = true};
    std::vector<std::byte> scratch(size_t(resizeBilinearScratch(s)));
    std::snprintf(name, sizeof name, "bilinear of %d channels", int(channels));
    measure(name, s.outH * s.outW * channels,
            [=, &s, &scratch] { resizeBilinear(serial(), s, x, out, scratch.data()); });
    std::snprintf(name, sizeof name, "nearest of %d channels", int(channels));
    measure(name, s.outH * s.outW * channels,
            [=, &s] { resizeNearest(serial(), s, 4 * channels, x, out); });
  }
  Pool p{.window = {.in = {1, 16, 16}, .out = {1, 8, 8}, .kernel = {1, 3, 3}, .stride = {1, 2, 2}},
         .channels = 32};
  measure("max pool", 8 * 8 * 32, [=, &p] { maxPool(serial(), p, x, out); });
  measure("average pool", 8 * 8 * 32, [=, &p] { avgPool(serial(), p, x, out); });
}

}  // namespace

int main(int argc, char** argv) {
  begin(argc, argv);
  std::vector<float> x = numbers(2 * kN), y = numbers(2 * kN), out(4 * kN);
  for (float& v : y) v = v * v + 0.25f;
  binaries(x.data(), y.data(), out.data());
  unaries(y.data(), out.data());
  rows(x.data(), y.data(), out.data());
  reductions(x.data(), out.data());
  moves(x.data(), out.data());
  images(x.data(), out.data());
}
