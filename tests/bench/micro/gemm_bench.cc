#include "bench.h"
#include "kernels/gemm.h"

using namespace smw::kernels;
using namespace smw::bench;

namespace {

void product(int64_t m, int64_t k, int64_t n) {
  char name[64];
  std::snprintf(name, sizeof name, "gemm %lldx%lldx%lld", (long long)m, (long long)k, (long long)n);
  if (!wanted(name)) return;
  auto a = numbers(m * k), b = numbers(k * n), c = numbers(m * n), bias = numbers(n);
  std::vector<float> packed(size_t(packedFloats(k, n)));
  packB(b.data(), k, n, n, 1, packed.data());
  const double s = seconds([&] {
    gemmPacked(serial(), m, k, n, a.data(), k, 1, packed.data(), c.data(), n,
               Epilogue::relu(bias.data()));
  });
  report(name, s, 2.0 * double(m * n * k), m <= 5 ? 4.0 * double(k * n) : 0);
}

void unpacked(int64_t batch, int64_t m, int64_t k, int64_t n, bool transposeB) {
  char name[64];
  std::snprintf(name, sizeof name, "batch %lld of %lldx%lldx%lld%s", (long long)batch, (long long)m,
                (long long)k, (long long)n, transposeB ? " B^T" : "");
  if (!wanted(name)) return;
  auto a = numbers(batch * m * k), b = numbers(batch * k * n), c = numbers(batch * m * n);
  const MatMul shape = MatMul::contiguous(m, k, n, false, transposeB);
  std::vector<float> scratch(size_t(matmulScratch(shape, 1)));
  std::vector<int64_t> ao, bo;
  for (int64_t i = 0; i < batch; ++i) ao.push_back(i * m * k), bo.push_back(i * k * n);
  const double s = seconds([&] {
    batchMatMul(serial(), shape, batch, a.data(), ao.data(), b.data(), bo.data(), c.data(), {},
                scratch.data());
  });
  report(name, s, 2.0 * double(batch * m * n * k));
}

}  // namespace

int main(int argc, char** argv) {
  begin(argc, argv);
  for (int64_t s : {64, 128, 256, 384, 512, 768, 1024}) product(s, s, s);
  product(3136, 64, 256);
  product(3136, 256, 64);
  product(784, 512, 128);
  product(196, 1024, 256);
  product(49, 2048, 512);
  product(49, 512, 2048);
  product(12544, 32, 64);
  product(12544, 16, 96);
  product(12544, 96, 24);
  product(128, 768, 3072);
  product(128, 3072, 768);
  product(32, 8192, 1000);
  for (int64_t m : {1, 2, 3, 4, 5, 6}) product(m, 2048, 2048);
  product(1, 1024, 1000);
  product(1, 4096, 4096);
  unpacked(12, 128, 64, 128, true);
  unpacked(12, 128, 128, 64, false);
  unpacked(12, 1, 64, 512, true);
  unpacked(1, 1, 2048, 2048, false);
  unpacked(1, 1, 2048, 2048, true);
  unpacked(1, 512, 512, 512, false);
}
