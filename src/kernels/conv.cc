#include "kernels/conv.h"

#include "kernels/gemm.h"
#include "kernels/indirect.h"
#include "kernels/names.h"

namespace smw::kernels {
namespace {

// With fewer channels what a pixel reads is copied together.
constexpr int64_t kMergeBelow = 24;

bool isMerged(const Conv& s) {
  return s.groups == 1 && s.inChannels < kMergeBelow && s.window.kernel[2] > 1 &&
         s.window.dilation[2] == 1;
}

int64_t perThread(const Conv& s) {
  return indirectScratch(indirectOf(s, nullptr, nullptr, nullptr, {}));
}

}  // namespace

bool isProduct(const Conv& s) {
  if (s.groups != 1) return false;
  for (int i = 0; i < 3; ++i) {
    const Window& w = s.window;
    if (w.kernel[i] != 1 || w.stride[i] != 1 || w.padBefore[i] != 0 || w.in[i] != w.out[i])
      return false;
  }
  return true;
}

Indirect indirectOf(const Conv& s, const float* inp, const float* packedFilter, float* out,
                    const Epilogue& epilogue) {
  Indirect all;
  const Window& w = s.window;
  for (int i = 0; i < 3; ++i) {
    all.axis[i] = {.count = w.out[i],
                   .outSize = w.out[i],
                   .inStep = w.stride[i],
                   .inSize = w.in[i],
                   .taps = w.kernel[i],
                   .tapFirst = -w.padBefore[i],
                   .tapStep = w.dilation[i]};
  }
  all.batch = s.batch;
  all.channels = s.groupIn();
  all.columns = s.groupOut();
  all.groups = s.groups;
  all.inp = inp;
  all.inPixel = s.inChannels;
  all.b = packedFilter;
  all.out = out;
  all.outPixel = s.outPixel();
  all.epilogue = epilogue;
  all.merged = isMerged(s);
  return all;
}

int64_t convPackedFloats(const Conv& s) {
  return s.groups * packedFloats(s.filterRows(), s.groupOut());
}

void convPack(const Conv& s, const float* filter, float* packed) {
  const int64_t rows = s.filterRows(), columns = s.groupOut();
  for (int64_t g = 0; g < s.groups; ++g)
    packB(filter + g * columns, rows, columns, s.outChannels, 1,
          packed + g * packedFloats(rows, columns));
}

const char* convName(const Conv& s) {
  if (isProduct(s)) return gemmName(s.batch * s.window.outSize());
  return isMerged(s) ? "indirect rows 6x8" : "indirect 6x8";
}

int64_t convScratch(const Conv& s, int threads) {
  return isProduct(s) ? 0 : threads * perThread(s);
}

void conv(Parallel& parallel, const Conv& s, const float* inp, const float* packedFilter,
          float* out, const Epilogue& epilogue, float* scratch) {
  if (isProduct(s)) {
    gemmPacked(parallel, s.batch * s.window.outSize(), s.inChannels, s.outChannels, inp,
               s.inChannels, 1, packedFilter, out, s.outPixel(), epilogue);
    return;
  }
  runIndirect(parallel, OneIndirect(indirectOf(s, inp, packedFilter, out, epilogue)), scratch,
              perThread(s));
}

}  // namespace smw::kernels
