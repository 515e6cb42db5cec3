// Softmax cross entropy, with dense and with sparse labels.
#include <cmath>
#include <limits>

#include "kernels/softmax.h"
#include "ops/elementwise.h"
#include "ops/families.h"
#include "ops/via_wider.h"

namespace smw {
namespace {

/// log of the softmax of `logits` into `row`.
template <typename T>
void logSoftmaxRow(const T* logits, int64_t step, T* row, int64_t n) {
  for (int64_t i = 0; i < n; ++i) row[i] = logits[i * step];
  kernels::softmax(row, row, n, true, 0, 1);
}

template <typename T>
Status dense(Resolver& r, const Shape& out) {
  const Shape &f = r.shape(0), &l = r.shape(1);
  const int64_t rows = out[0], n = out[1];
  const auto steps = [](const Shape& s) {
    struct {
      int64_t row, column;
    } step{s[0] == 1 ? 0 : s[1], s[1] == 1 ? 0 : 1};
    return step;
  };
  const auto fs = steps(f), ls = steps(l);
  r.addOutput(r.dtype(0), Shape({rows}));
  r.addOutput(r.dtype(0), out);
  return r.kernel([=](const Args& a) {
    a.context.parallel().run(rows, 16, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        T* row = a.out<T>(1) + i * n;
        const T* label = a.in<T>(1) + i * ls.row;
        logSoftmaxRow(a.in<T>(0) + i * fs.row, fs.column, row, n);
        double loss = 0;
        for (int64_t k = 0; k < n; ++k) {
          const double p = double(label[k * ls.column]);
          if (p != 0) loss -= p * double(row[k]);
          row[k] = T(std::exp(double(row[k]))) - label[k * ls.column];
        }
        a.out<T>(0)[i] = T(loss);
      }
    });
  });
}

/// features, labels: (batch, classes), broadcast -> loss: (batch), backprop: (batch, classes).
Status resolveDense(Resolver& r) {
  SMW_TRY(requireSameDType(r, 0, 1));
  if (isNarrowFloat(r.dtype(0))) return viaFloat32(r, resolveDense);
  const Shape out = SMW_TRY(broadcastShapes(r.shape(0), r.shape(1)));
  if (r.rank(0) != 2 || r.rank(1) != 2)
    return invalidArgument(
        "logits and labels must be either 2-dimensional, or broadcasted to be 2-dimensional: ",
        "logits_size=", r.shape(0), " labels_size=", r.shape(1));
  if (r.dtype(0) == DType::kFloat) return dense<float>(r, out);
  if (r.dtype(0) == DType::kDouble) return dense<double>(r, out);
  return r.unsupportedDType(r.dtype(0));
}

template <typename T, typename L>
Status sparse(Resolver& r) {
  const int64_t rows = r.shape(0)[0], n = r.shape(0)[1];
  r.addOutput(r.dtype(0), Shape({rows}));
  r.addOutput(r.dtype(0), r.shape(0));
  return r.kernel([=](const Args& a) -> Status {
    const L* labels = a.in<L>(1);
    for (int64_t i = 0; i < rows; ++i)
      if (labels[i] < 0 || labels[i] >= n)
        return invalidArgument("Received a label value of ", int64_t(labels[i]),
                               " which is outside the valid range of [0, ", n, ")");
    a.context.parallel().run(rows, 16, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        T* row = a.out<T>(1) + i * n;
        logSoftmaxRow(a.in<T>(0) + i * n, 1, row, n);
        a.out<T>(0)[i] = -row[labels[i]];
        for (int64_t k = 0; k < n; ++k)
          row[k] = T(std::exp(double(row[k]))) - T(k == int64_t(labels[i]));
      }
    });
    return {};
  });
}

/// features: (batch, classes), labels: (batch) of int32 or int64 -> loss: (batch), backprop: as
/// features.
Status resolveSparse(Resolver& r) {
  if (isNarrowFloat(r.dtype(0))) return viaFloat32(r, resolveSparse);
  SMW_TRY(r.requireRank(0, 2, "logits"));
  SMW_TRY(r.requireVector(1, "labels"));
  if (r.shape(0)[0] != r.shape(1)[0])
    return invalidArgument(
        "logits and labels must have the same first dimension, got logits shape ", r.shape(0),
        " and labels shape ", r.shape(1));
  if (r.shape(0)[1] == 0) return invalidArgument("Must have at least one class");
  const bool isDouble = r.dtype(0) == DType::kDouble;
  if (!isDouble && r.dtype(0) != DType::kFloat) return r.unsupportedDType(r.dtype(0));
  if (r.dtype(1) == DType::kInt32)
    return isDouble ? sparse<double, int32_t>(r) : sparse<float, int32_t>(r);
  if (r.dtype(1) == DType::kInt64)
    return isDouble ? sparse<double, int64_t>(r) : sparse<float, int64_t>(r);
  return r.unsupportedDType(r.dtype(1));
}

constexpr OpDef kOps[] = {
    {"SoftmaxCrossEntropyWithLogits", "features, labels -> loss, backprop", resolveDense},
    {"SparseSoftmaxCrossEntropyWithLogits", "features, labels -> loss, backprop", resolveSparse},
};

}  // namespace

std::span<const OpDef> lossOps() { return kOps; }

}  // namespace smw
