// FFT, IFFT, RFFT, IRFFT over the last 1, 2 or 3 dimensions, in float64 for all dtypes: transforms
// are a small part of any model, and answers are the better for it.
#include "kernels/fft.h"

#include <algorithm>
#include <memory>

#include "ops/families.h"
#include "ops/threads.h"
#include "ops/via_wider.h"

#include "kernels/parallel.h"

namespace smw {
namespace {

using Complex = kernels::Fft::Complex;

constexpr int kMostAxes = 3;

/// Tables in a Buffer, so that a hostile length is an error and not the end.
template <typename Plan>
struct Tables {
  Ref<Buffer> memory;
  std::shared_ptr<const Plan> plan;

  static Result<Tables> make(int64_t n) {
    constexpr int64_t kMost = int64_t(1) << 40;  // tableSize itself must not overflow
    if (n > kMost) return resourceExhausted("a Fourier transform of length ", n);
    Tables t;
    t.memory =
        SMW_TRY(Buffer::tryAllocate(SMW_TRY(mul(Plan::tableSize(n), int64_t(sizeof(Complex))))));
    t.plan = std::make_shared<const Plan>(n, reinterpret_cast<Complex*>(t.memory->data()));
    return t;
  }
};

/// A block of (outer, length[0..axes)) elements.
struct Block {
  int axes = 1;
  int64_t outer = 1;
  int64_t length[kMostAxes] = {1, 1, 1};
  int64_t size() const { return length[0] * length[1] * length[2]; }
};

/// Complex transforms in place over all axes of a block but the last `skip` ones.
struct Lines {
  Block block;
  int skip = 0;
  bool inverse = false;
  Tables<kernels::Fft> tables[kMostAxes];

  Status prepare() {
    for (int a = 0; a < block.axes - skip; ++a)
      tables[a] = SMW_TRY((Tables<kernels::Fft>::make(block.length[a])));
    return {};
  }
  /// For one thread: a line and what its transform needs.
  int64_t scratchSize() const {
    int64_t most = 0;
    for (int a = 0; a < block.axes - skip; ++a)
      most = std::max(most, block.length[a] + tables[a].plan->scratchSize());
    return most;
  }
  void run(kernels::Parallel& parallel, Complex* x, Complex* scratch) const {
    const int64_t own = scratchSize();
    for (int a = block.axes - skip - 1; a >= 0; --a) {
      const int64_t n = block.length[a];
      int64_t stride = 1;
      for (int i = a + 1; i < block.axes; ++i) stride *= block.length[i];
      const int64_t lines = block.outer * block.size() / n;
      parallel.run(lines, 1, [&](int64_t begin, int64_t end, int slot) {
        Complex *line = scratch + slot * own, *inner = line + n;
        for (int64_t i = begin; i < end; ++i) {
          Complex* at = x + (i / stride) * n * stride + i % stride;
          if (stride == 1) {
            tables[a].plan->run(at, inner, inverse);
            continue;
          }
          for (int64_t k = 0; k < n; ++k) line[k] = at[k * stride];
          tables[a].plan->run(line, inner, inverse);
          for (int64_t k = 0; k < n; ++k) at[k * stride] = line[k];
        }
      });
    }
  }
};

/// Where row `i` of a block begins in an input whose last dimensions `have` are at least as large.
int64_t rowStart(const Block& block, const int64_t* have, int64_t i) {
  int64_t at = 0, stride = have[block.axes - 1];
  for (int a = block.axes - 2; a >= 0; --a) {
    at += i % block.length[a] * stride;
    i /= block.length[a];
    stride *= have[a];
  }
  return at + i * stride;
}

struct Geometry {
  Block block;                          // of the transform, in elements of the complex side
  int64_t have[kMostAxes] = {1, 1, 1};  // last dimensions of the input
  int64_t realLength = 0;               // of the last axis
  Shape out;
};

Result<Geometry> geometry(Resolver& r, int axes, bool real, bool inverse) {
  const Shape& in = r.shape(0);
  if (in.rank() < axes)
    return invalidArgument("Input must have rank of at least ", axes, " but got: ", in);
  const int first = in.rank() - axes;
  Geometry g;
  g.block.axes = axes;
  Dims out(in.dims());
  Dims lengths;
  if (real) {
    SMW_TRY(r.requireVector(1, "fft_length"));
    lengths = SMW_TRY(r.ints(1));
    if (int(lengths.size()) != axes)
      return invalidArgument("fft_length must have shape [", axes, "]");
  }
  for (int a = 0; a < axes; ++a) {
    g.have[a] = in[first + a];
    int64_t n = real ? lengths[size_t(a)] : g.have[a];
    if (n < 0) return invalidArgument("fft_length[", a, "] must >= 0, but got: ", n);
    int64_t inNeeded = n;
    if (real && a == axes - 1) {
      g.realLength = n;
      const int64_t half = n == 0 ? 0 : n / 2 + 1;
      inNeeded = inverse ? half : n;
      out[size_t(first + a)] = inverse ? n : half;
      n = half;
    } else {
      out[size_t(first + a)] = n;
    }
    if (g.have[a] < inNeeded && in.numElements() > 0)
      return invalidArgument("Input dimension ", first + a, " must have length of at least ",
                             inNeeded, " but got: ", g.have[a]);
    g.block.length[a] = n;
  }
  g.out = SMW_TRY(Shape::make(out));
  g.block.outer = in.product(0, first);
  return g;
}

Status leaveZeros(Resolver& r) {
  const OutputInfo& o = r.outputs()[0];
  const int64_t bytes = SMW_TRY(mul(o.shape.numElements(), int64_t(dtypeSize(o.dtype))));
  return r.kernel([bytes](const Args& a) { std::fill_n(a.out<char>(0), bytes, char(0)); });
}

Status leaveComplex(Resolver& r, const Geometry& g, bool inverse) {
  Lines lines{g.block, 0, inverse, {}};
  SMW_TRY(lines.prepare());
  const int64_t n = g.out.numElements();
  const int threads = plannedThreads();
  const double scale = inverse ? 1 / double(g.block.size()) : 1;
  r.scratch(SMW_TRY(mul(SMW_TRY(mul(lines.scratchSize(), threads)), sizeof(Complex))));
  return r.kernel([=, lines = std::move(lines)](const Args& a) {
    Complex* out = a.out<Complex>(0);
    if (a.inputs[0] != a.outputs[0]) std::copy_n(a.in<Complex>(0), n, out);
    lines.run(parallelFor(a, threads), out, a.scratch<Complex>());
    if (inverse)
      for (int64_t i = 0; i < n; ++i) out[i] *= scale;
  });
}

/// Real rows to half spectra, then the other axes in place.
Status leaveRealToComplex(Resolver& r, const Geometry& g) {
  Lines lines{g.block, 1, false, {}};
  SMW_TRY(lines.prepare());
  const auto real = SMW_TRY((Tables<kernels::RealFft>::make(g.realLength)));
  const int threads = plannedThreads();
  const int64_t own = std::max(lines.scratchSize(), real.plan->scratchSize());
  r.scratch(SMW_TRY(mul(SMW_TRY(mul(own, threads)), sizeof(Complex))));
  return r.kernel([=, lines = std::move(lines)](const Args& a) {
    kernels::Parallel& parallel = parallelFor(a, threads);
    Complex* scratch = a.scratch<Complex>();
    const int64_t half = g.block.length[g.block.axes - 1];
    parallel.run(g.out.numElements() / half, 1, [&](int64_t begin, int64_t end, int slot) {
      for (int64_t i = begin; i < end; ++i)
        real.plan->forward(a.in<double>(0) + rowStart(g.block, g.have, i),
                           a.out<Complex>(0) + i * half, scratch + slot * own);
    });
    lines.run(parallel, a.out<Complex>(0), scratch);
  });
}

/// The other axes in a copy of the spectra, then rows back to real numbers.
Status leaveComplexToReal(Resolver& r, const Geometry& g) {
  Lines lines{g.block, 1, true, {}};
  SMW_TRY(lines.prepare());
  const auto real = SMW_TRY((Tables<kernels::RealFft>::make(g.realLength)));
  const int threads = plannedThreads();
  const int64_t own = std::max(lines.scratchSize(), real.plan->scratchSize());
  const int64_t half = g.block.length[g.block.axes - 1];
  const int64_t rows = g.out.numElements() / g.realLength;
  const int64_t copied = SMW_TRY(mul(rows, half));
  r.scratch(SMW_TRY(mul(SMW_TRY(add(SMW_TRY(mul(own, threads)), copied)), sizeof(Complex))));
  const double scale = 1 / (double(g.block.size() / half) * double(g.realLength));
  return r.kernel([=, lines = std::move(lines)](const Args& a) {
    kernels::Parallel& parallel = parallelFor(a, threads);
    Complex *work = a.scratch<Complex>(), *scratch = work + copied;
    for (int64_t i = 0; i < rows; ++i)
      std::copy_n(a.in<Complex>(0) + rowStart(g.block, g.have, i), half, work + i * half);
    lines.run(parallel, work, scratch);
    parallel.run(rows, 1, [&](int64_t begin, int64_t end, int slot) {
      for (int64_t i = begin; i < end; ++i) {
        double* x = a.out<double>(0) + i * g.realLength;
        real.plan->backward(work + i * half, x, scratch + slot * own);
        for (int64_t k = 0; k < g.realLength; ++k) x[k] *= scale;
      }
    });
  });
}

/// input: (..., n...) -> the transform over the last `axes` dimensions.
template <int axes, bool inverse>
Status resolveComplex(Resolver& r) {
  const DType t = r.dtype(0);
  if (t == DType::kComplex64) return viaFloat64(r, resolveComplex<axes, inverse>);
  if (t != DType::kComplex128) return r.unsupportedDType(t);
  const Geometry g = SMW_TRY(geometry(r, axes, false, inverse));
  r.addOutput(t, g.out);
  if (g.out.numElements() == 0) return r.kernel([](const Args&) {});
  return leaveComplex(r, g, inverse);
}

/// input: real, at least fft_length in the last dimensions -> half spectra.
template <int axes>
Status resolveRealToComplex(Resolver& r) {
  const DType t = r.dtype(0);
  if (t == DType::kFloat) return viaFloat64(r, resolveRealToComplex<axes>);
  if (t != DType::kDouble) return r.unsupportedDType(t);
  const Geometry g = SMW_TRY(geometry(r, axes, true, false));
  r.addOutput(DType::kComplex128, g.out);
  if (g.out.numElements() == 0 || r.shape(0).numElements() == 0) return leaveZeros(r);
  return leaveRealToComplex(r, g);
}

/// input: half spectra -> real, fft_length in the last dimensions.
template <int axes>
Status resolveComplexToReal(Resolver& r) {
  const DType t = r.dtype(0);
  if (t == DType::kComplex64) return viaFloat64(r, resolveComplexToReal<axes>);
  if (t != DType::kComplex128) return r.unsupportedDType(t);
  const Geometry g = SMW_TRY(geometry(r, axes, true, true));
  r.addOutput(DType::kDouble, g.out);
  if (g.out.numElements() == 0 || r.shape(0).numElements() == 0) return leaveZeros(r);
  return leaveComplexToReal(r, g);
}

constexpr OpDef kOps[] = {
    {"BatchFFT", "input -> output", resolveComplex<1, false>},
    {"BatchFFT2D", "input -> output", resolveComplex<2, false>},
    {"BatchFFT3D", "input -> output", resolveComplex<3, false>},
    {"BatchIFFT", "input -> output", resolveComplex<1, true>},
    {"BatchIFFT2D", "input -> output", resolveComplex<2, true>},
    {"BatchIFFT3D", "input -> output", resolveComplex<3, true>},
    {"FFT", "input -> output", resolveComplex<1, false>},
    {"FFT2D", "input -> output", resolveComplex<2, false>},
    {"FFT3D", "input -> output", resolveComplex<3, false>},
    {"IFFT", "input -> output", resolveComplex<1, true>},
    {"IFFT2D", "input -> output", resolveComplex<2, true>},
    {"IFFT3D", "input -> output", resolveComplex<3, true>},
    {"IRFFT", "input, fft_length -> output", resolveComplexToReal<1>},
    {"IRFFT2D", "input, fft_length -> output", resolveComplexToReal<2>},
    {"IRFFT3D", "input, fft_length -> output", resolveComplexToReal<3>},
    {"RFFT", "input, fft_length -> output", resolveRealToComplex<1>},
    {"RFFT2D", "input, fft_length -> output", resolveRealToComplex<2>},
    {"RFFT3D", "input, fft_length -> output", resolveRealToComplex<3>},
};

}  // namespace

std::span<const OpDef> fftOps() { return kOps; }

}  // namespace smw
