// Diagonals of matrices: MatrixDiag, MatrixDiagPart and MatrixSetDiag in their three versions,
// Diag, DiagPart. As tensorflow/core/kernels/linalg/matrix_diag_op.cc has it.
#include <algorithm>

#include "ops/families.h"
#include "ops/move.h"
#include "ops/resolver.h"

namespace smw {
namespace {

/// The diagonals `lower` to `upper` of (rows, columns) matrices, beside a tensor that has them as
/// rows of `longest` elements, the upper one first. Shorter ones lie at one end of their row.
struct Diagonals {
  int64_t lower = 0, upper = 0;
  bool superLeft = true, subLeft = true;  // those above and below the main one begin their rows
  int64_t rows = 0, columns = 0, longest = 0;

  int64_t count() const { return upper - lower + 1; }
  bool isInside(int64_t d) const { return (-rows < d && d < columns) || d == 0; }
  // fits: rows and columns are those of a tensor.
  int64_t length(int64_t d) const {
    return std::min(rows + std::min<int64_t>(0, d), columns - std::max<int64_t>(0, d));
  }
  /// The shape of the tensor that has them, for matrices of shape `whole`.
  Result<Shape> shape(const Shape& whole) const {
    Dims dims(whole.dims().first(size_t(whole.rank() - 2)));
    if (count() > 1) dims.push_back(count());
    dims.push_back(longest);
    return Shape::make(dims);
  }
  /// Calls f(place in a matrix, place in its diagonals, how many elements): in matrices the next
  /// one is columns + 1 further.
  template <typename F>
  void each(F f) const {
    for (int64_t d = lower; d <= upper; ++d) {
      const int64_t n = length(d);
      if (n <= 0) continue;
      const bool left = (d >= 0 && superLeft) || (d <= 0 && subLeft);
      // fits: places in tensors.
      f(d < 0 ? -d * columns : d, (upper - d) * longest + (left ? 0 : longest - n), n);
    }
  }
};

/// `k`: which input has them, or -1 for the main one. Rows, columns and the length are left open.
Result<Diagonals> diagonalsOf(Resolver& r, int k) {
  Diagonals d;
  if (!isPod(r.dtype(0))) return r.unsupportedDType(r.dtype(0));
  if (k < 0) return d;
  if (r.dtype(k) != DType::kInt32) return r.unsupportedDType(r.dtype(k));
  const Dims given = SMW_TRY(r.ints(k));
  if (r.rank(k) > 1 || given.empty() || given.size() > 2)
    return invalidArgument("diag_index must be a scalar or a vector of one or two elements, got ",
                           r.shape(k));
  d.lower = given[0];
  d.upper = given.back();
  if (d.lower > d.upper)
    return invalidArgument("lower_diag_index must not be larger than upper_diag_index: ", d.lower,
                           " > ", d.upper);
  const std::string align = r.attrOr("align", r.op().ends_with("V3") ? "RIGHT_LEFT" : "LEFT_LEFT");
  d.superLeft = align.starts_with("LEFT");
  d.subLeft = align.ends_with("LEFT");
  return d;
}

/// Of matrices that there are: input 0.
Status fitInto(const Shape& whole, Diagonals& d) {
  if (whole.rank() < 2)
    return invalidArgument("input must be at least 2-dim, received shape: ", whole);
  d.rows = whole[whole.rank() - 2];
  d.columns = whole.back();
  for (const int64_t at : {d.lower, d.upper})
    if (!d.isInside(at))
      return invalidArgument("diag_index is out of bound: ", at, ". It must be between ", -d.rows,
                             " and ", d.columns);
  d.longest =
      std::min(d.rows + std::min<int64_t>(d.upper, 0), d.columns - std::max<int64_t>(d.lower, 0));
  return {};
}

/// Moves the elements of all diagonals from `from` to output 0.
void move(const Args& a, DType t, const Diagonals& d, int64_t matrices, bool intoMatrices,
          const void* from) {
  // fits: elements of tensors.
  const int64_t matrix = d.rows * d.columns, rows = d.count() * d.longest, step = d.columns + 1;
  d.each([&](int64_t inMatrix, int64_t inRows, int64_t n) {
    const NdCopy::Dim into[] = {{matrices, rows, matrix}, {n, 1, step}},
                      out[] = {{matrices, matrix, rows}, {n, step, 1}};
    moveElements(
        a.context, t,
        intoMatrices ? NdCopy::make(into, inRows, inMatrix) : NdCopy::make(out, inMatrix, inRows),
        from, a.outputs[0]);
  });
}

/// A new output of shape `to`, matrices or diagonals. What the others do not fill takes input
/// `padding`, or zeros where that is -1.
Status leaveNew(Resolver& r, const Diagonals& d, const Shape& to, int64_t matrices,
                bool intoMatrices, int padding) {
  const DType t = r.dtype(0);
  if (padding >= 0 && (r.dtype(padding) != t || r.shape(padding).numElements() != 1))
    return invalidArgument("padding_value must be a scalar of the input's dtype");
  r.addOutput(t, to);
  return r.kernel([=, n = to.numElements()](const Args& a) {
    if (padding >= 0)
      fillElements(t, a.inputs[padding], a.outputs[0], n);
    else if (intoMatrices)  // one diagonal fills what is made of it
      fillZeros(t, a.outputs[0], n);
    move(a, t, d, matrices, intoMatrices, a.inputs[0]);
  });
}

/// rows and columns of new matrices, -1 for as many as it takes.
Status sizes(Diagonals& d, int64_t rows, int64_t columns) {
  // fits: the length is a tensor's, and diagonals are int32.
  const int64_t leastRows = d.longest - std::min<int64_t>(d.upper, 0),
                leastColumns = d.longest + std::max<int64_t>(d.lower, 0);
  if (rows < 0 && columns < 0) rows = columns = std::max(leastRows, leastColumns);
  d.rows = rows < 0 ? leastRows : rows;
  d.columns = columns < 0 ? leastColumns : columns;
  if (d.rows < leastRows || d.columns < leastColumns)
    return invalidArgument("The number of rows or columns is too small: ", d.rows, " x ", d.columns,
                           " for ", leastRows, " x ", leastColumns);
  if (d.rows != leastRows && d.columns != leastColumns)
    return invalidArgument("The number of rows or columns is not consistent with k and diagonal: ",
                           d.rows, " x ", d.columns);
  if (!d.isInside(d.lower) || !d.isInside(d.upper))
    return invalidArgument("no matrix of ", d.rows, " x ", d.columns, " has the diagonals ",
                           d.lower, " to ", d.upper);
  return {};
}

/// diagonal: (.., longest), or (.., count, longest); with `general` k, num_rows, num_cols,
/// padding_value -> (.., rows, columns).
template <bool general>
Status resolveMatrixDiag(Resolver& r) {
  const Shape& in = r.shape(0);
  Diagonals d = SMW_TRY(diagonalsOf(r, general ? 1 : -1));
  const int own = d.count() > 1 ? 2 : 1;
  if (in.rank() < own)
    return invalidArgument("diagonal must be at least ", own, "-dim, received shape: ", in);
  if (own == 2 && in[in.rank() - 2] != d.count())
    return invalidArgument("The number of diagonals provided in the input does not match k: ",
                           in[in.rank() - 2], " for ", d.count());
  d.longest = in.back();
  const int64_t rows = general ? SMW_TRY(r.integer(2)) : -1,
                columns = general ? SMW_TRY(r.integer(3)) : -1;
  SMW_TRY(sizes(d, rows, columns));
  Dims dims(in.dims().first(size_t(in.rank() - own)));
  const int64_t matrices = in.product(0, in.rank() - own);
  dims.push_back(d.rows);
  dims.push_back(d.columns);
  return leaveNew(r, d, SMW_TRY(Shape::make(dims)), matrices, true, general ? 4 : -1);
}

/// input: (.., rows, columns); with `general` k, padding_value -> (.., longest), or
/// (.., count, longest).
template <bool general>
Status resolveMatrixDiagPart(Resolver& r) {
  const Shape& in = r.shape(0);
  Diagonals d = SMW_TRY(diagonalsOf(r, general ? 1 : -1));
  SMW_TRY(fitInto(in, d));
  return leaveNew(r, d, SMW_TRY(d.shape(in)), in.product(0, in.rank() - 2), false,
                  general ? 2 : -1);
}

/// input: (.., rows, columns), diagonal: (.., longest), or (.., count, longest); with `general` k
/// -> input with these diagonals.
template <bool general>
Status resolveMatrixSetDiag(Resolver& r) {
  const Shape& in = r.shape(0);
  Diagonals d = SMW_TRY(diagonalsOf(r, general ? 2 : -1));
  SMW_TRY(fitInto(in, d));
  const Shape wanted = SMW_TRY(d.shape(in));
  const DType t = r.dtype(0);
  if (!(r.shape(1) == wanted) || r.dtype(1) != t)
    return invalidArgument("must have diagonal.shape == ", wanted, ", got ", r.shape(1));
  r.addOutputReusing(0, t, in);
  return r.kernel([=, n = in.numElements(), m = wanted.numElements(),
                   matrices = in.product(0, in.rank() - 2)](const Args& a) -> Status {
    Tensor keep;
    const void* diagonal = SMW_TRY(beginUpdate(a, 1, t, n, m, keep));
    move(a, t, d, matrices, true, diagonal);
    return {};
  });
}

/// diagonal: (D..) -> (D.., D..).
Status resolveDiag(Resolver& r) {
  Diagonals d = SMW_TRY(diagonalsOf(r, -1));
  const Shape& in = r.shape(0);
  if (in.rank() < 1) return invalidArgument("Input must be at least rank 1, got 0");
  Dims dims(in.dims());
  for (int64_t n : in.dims()) dims.push_back(n);
  d.rows = d.columns = d.longest = in.numElements();
  return leaveNew(r, d, SMW_TRY(Shape::make(dims)), 1, true, -1);
}

/// input: (D.., D..) -> (D..).
Status resolveDiagPart(Resolver& r) {
  Diagonals d = SMW_TRY(diagonalsOf(r, -1));
  const Shape& in = r.shape(0);
  const size_t half = size_t(in.rank()) / 2;
  if (in.rank() % 2 != 0 || half == 0)
    return invalidArgument("The rank of the tensor should be even and positive, got shape ", in);
  if (!std::ranges::equal(in.dims().first(half), in.dims().last(half)))
    return invalidArgument("Invalid shape ", in, ": its halves differ");
  const Shape out = SMW_TRY(Shape::make(in.dims().first(half)));
  d.rows = d.columns = d.longest = out.numElements();
  return leaveNew(r, d, out, 1, false, -1);
}

constexpr const char *kDiag = "diagonal, k, num_rows, num_cols, padding_value -> output",
                     *kPart = "input, k, padding_value -> diagonal",
                     *kSet = "input, diagonal, k -> output";
constexpr OpDef kOps[] = {
    {"BatchMatrixDiag", "diagonal -> output", resolveMatrixDiag<false>},
    {"BatchMatrixDiagPart", "input -> diagonal", resolveMatrixDiagPart<false>},
    {"BatchMatrixSetDiag", "input, diagonal -> output", resolveMatrixSetDiag<false>},
    {"Diag", "diagonal -> output", resolveDiag},
    {"DiagPart", "input -> diagonal", resolveDiagPart},
    {"MatrixDiag", "diagonal -> output", resolveMatrixDiag<false>},
    {"MatrixDiagPart", "input -> diagonal", resolveMatrixDiagPart<false>},
    {"MatrixDiagPartV2", kPart, resolveMatrixDiagPart<true>},
    {"MatrixDiagPartV3", kPart, resolveMatrixDiagPart<true>},
    {"MatrixDiagV2", kDiag, resolveMatrixDiag<true>},
    {"MatrixDiagV3", kDiag, resolveMatrixDiag<true>},
    {"MatrixSetDiag", "input, diagonal -> output", resolveMatrixSetDiag<false>},
    {"MatrixSetDiagV2", kSet, resolveMatrixSetDiag<true>},
    {"MatrixSetDiagV3", kSet, resolveMatrixSetDiag<true>},
};

}  // namespace

std::span<const OpDef> matrixDiagOps() { return kOps; }

}  // namespace smw
