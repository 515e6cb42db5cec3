// Transpose, ConjugateTranspose, InvertPermutation.
#include "ops/dispatch.h"
#include "ops/families.h"
#include "ops/move.h"

namespace smw {
namespace {

/// The entries of `perm` as a permutation of [0, rank).
Result<SmallVector<int, 8>> permutation(std::span<const int64_t> perm, int rank) {
  if (int64_t(perm.size()) != rank)
    return invalidArgument("transpose expects a vector of size ", rank,
                           ", but input 1 is a vector of size ", perm.size());
  SmallVector<int, 8> out;
  std::vector<bool> seen(perm.size(), false);
  for (int64_t p : perm) {
    if (p < 0 || p >= rank) return invalidArgument(p, " is out of range [0 .. ", rank, ")");
    if (seen[size_t(p)]) return invalidArgument("perm names dimension ", p, " twice");
    seen[size_t(p)] = true;
    out.push_back(int(p));
  }
  return out;
}

template <typename T>
void conjugate(std::complex<T>* p, int64_t n) {
  for (int64_t i = 0; i < n; ++i) p[i] = std::conj(p[i]);
}

/// x: any, perm: a permutation of its dimensions.
Status transpose(Resolver& r, bool conj) {
  SMW_TRY(r.requireVector(1, "perm"));
  const Shape& in = r.shape(0);
  const auto perm = SMW_TRY(permutation(SMW_TRY(r.ints(1)), in.rank()));
  Dims dims;
  for (int p : perm) dims.push_back(in[p]);
  const Shape out = SMW_TRY(Shape::make(dims));
  const Dims is = stridesOf(in), os = stridesOf(out);
  std::vector<NdCopy::Dim> moves;
  for (size_t i = 0; i < perm.size(); ++i)
    moves.push_back({out[int(i)], is[size_t(perm[i])], os[i]});
  NdCopy copy = NdCopy::make(moves);
  const DType t = r.dtype(0);
  conj = conj && isComplex(t);
  if (copy.contiguous() && !conj) {
    r.addView(0, out);
    return r.nothing();
  }
  r.addOutput(t, out);
  if (!conj) return r.kernel(transposeKernel(t, copy));
  return r.kernel(
      [move = transposeKernel(t, copy), t, n = out.numElements()](const Args& a) -> Status {
        SMW_TRY(move(a));
        if (t == DType::kComplex64)
          conjugate(a.out<complex64>(0), n);
        else
          conjugate(a.out<complex128>(0), n);
        return {};
      });
}
Status resolveTranspose(Resolver& r) { return transpose(r, false); }
Status resolveConjugateTranspose(Resolver& r) { return transpose(r, true); }

/// x: int32 or int64 vector that holds each of [0, n) once.
Status resolveInvertPermutation(Resolver& r) {
  SMW_TRY(r.requireVector(0, "x"));
  const int64_t n = r.shape(0).numElements();
  r.addOutput(r.dtype(0), r.shape(0));
  return dispatch<int32_t, int64_t>(r, r.dtype(0), [&]<typename T>() {
    return r.kernel([n](const Args& a) -> Status {
      const T* x = a.in<T>(0);
      T* y = a.out<T>(0);
      std::fill_n(y, n, T(-1));
      for (int64_t i = 0; i < n; ++i) {
        if (x[i] < 0 || x[i] >= n)
          return invalidArgument(int64_t(x[i]), " is not between 0 and ", n);
        if (y[x[i]] != -1) return invalidArgument(int64_t(x[i]), " is duplicated in the input");
        y[x[i]] = T(i);
      }
      return {};
    });
  });
}

constexpr OpDef kOps[] = {
    {"ConjugateTranspose", "x, perm -> y", resolveConjugateTranspose},
    {"InvertPermutation", "x -> y", resolveInvertPermutation},
    {"Transpose", "x, perm -> y", resolveTranspose},
};

}  // namespace

std::span<const OpDef> transposeOps() { return kOps; }

}  // namespace smw
