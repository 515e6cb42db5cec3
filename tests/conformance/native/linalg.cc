#include "linalg.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "compare.h"

namespace smw::conformance {

namespace {

using C = std::complex<double>;

struct Matrix {
  int64_t rows = 0, columns = 0;
  std::vector<C> v;
  C& operator()(int64_t i, int64_t j) { return v[size_t(i * columns + j)]; }
  C operator()(int64_t i, int64_t j) const { return v[size_t(i * columns + j)]; }
};

/// Matrix `b` of a batch.
Matrix matrixOf(const Tensor& t, int64_t b) {
  const Shape& s = t.shape();
  Matrix m{s[s.rank() - 2], s[s.rank() - 1], {}};
  for (int64_t i = 0; i < m.rows * m.columns; ++i)
    m.v.push_back(numberAt(t, b * m.rows * m.columns + i));
  return m;
}
/// Row `b` of a batch of vectors, as a diagonal matrix.
Matrix diagonalOf(const Tensor& t, int64_t b) {
  const int64_t n = t.shape().back();
  Matrix m{n, n, std::vector<C>(size_t(n * n))};
  for (int64_t i = 0; i < n; ++i) m(i, i) = numberAt(t, b * n + i);
  return m;
}

Matrix times(const Matrix& a, const Matrix& b) {
  Matrix c{a.rows, b.columns, std::vector<C>(size_t(a.rows * b.columns))};
  for (int64_t i = 0; i < a.rows; ++i)
    for (int64_t l = 0; l < std::min(a.columns, b.rows); ++l)
      for (int64_t j = 0; j < b.columns; ++j) c(i, j) += a(i, l) * b(l, j);
  return c;
}
Matrix adjoint(const Matrix& a) {
  Matrix t{a.columns, a.rows, std::vector<C>(a.v.size())};
  for (int64_t i = 0; i < a.rows; ++i)
    for (int64_t j = 0; j < a.columns; ++j) t(j, i) = std::conj(a(i, j));
  return t;
}
Matrix firstColumns(const Matrix& a, int64_t n) {
  Matrix c{a.rows, std::min(n, a.columns), {}};
  for (int64_t i = 0; i < c.rows; ++i)
    for (int64_t j = 0; j < c.columns; ++j) c.v.push_back(a(i, j));
  return c;
}
/// What a solver that looks at the lower triangle only takes the matrix for.
Matrix fromLower(Matrix a) {
  for (int64_t i = 0; i < a.rows; ++i)
    for (int64_t j = 0; j < i; ++j) a(j, i) = std::conj(a(i, j));
  return a;
}

/// Checks of one op, all against `limit` times the size of what they are about.
struct Checker {
  double limit;
  std::string why;

  void close(const Matrix& a, const Matrix& b, std::string_view what) {
    double largest = 0, worst = 0;
    for (C x : b.v) largest = std::max(largest, std::abs(x));
    for (size_t i = 0; i < b.v.size(); ++i) worst = std::max(worst, std::abs(a.v[i] - b.v[i]));
    if (why.empty() && !(worst <= limit * std::max(largest, 1e-30)))
      why = cat(what, " is off by ", worst, " of ", largest);
  }
  void orthonormal(const Matrix& q, std::string_view what) {
    Matrix one{q.columns, q.columns, std::vector<C>(size_t(q.columns * q.columns))};
    for (int64_t i = 0; i < q.columns; ++i) one(i, i) = 1;
    close(times(adjoint(q), q), one, what);
  }
};

void checkSvd(Checker& k, const Tensor& a, const std::vector<Tensor>& got, int64_t b) {
  const Matrix m = matrixOf(a, b), s = diagonalOf(got[0], b);
  const Matrix u = matrixOf(got[1], b), v = matrixOf(got[2], b);
  k.close(times(times(firstColumns(u, s.rows), s), adjoint(firstColumns(v, s.rows))), m, "u s v^H");
  k.orthonormal(u, "u^H u");
  k.orthonormal(v, "v^H v");
}

void checkQr(Checker& k, const Tensor& a, const std::vector<Tensor>& got, int64_t b) {
  const Matrix q = matrixOf(got[0], b), r = matrixOf(got[1], b);
  k.close(times(q, r), matrixOf(a, b), "q r");
  k.orthonormal(q, "q^H q");
  Matrix upper = r;
  for (int64_t i = 0; i < r.rows; ++i)
    for (int64_t j = 0; j < std::min(i, r.columns); ++j) upper(i, j) = 0;
  k.close(r, upper, "the upper triangle of r");
}

/// a v = v diag(e)
void checkEigen(Checker& k, const Matrix& a, const Matrix& e, const Matrix& v) {
  k.close(times(v, e), times(a, v), "v e");
}

/// Both sets of eigenvalues, each matched with the nearest of the other.
void checkUnordered(Checker& k, const Matrix& got, const Matrix& want) {
  Matrix left = want, sorted = want;
  for (int64_t i = 0; i < got.rows; ++i) {
    int64_t best = i;
    for (int64_t j = i; j < got.rows; ++j)
      if (std::abs(left(j, j) - got(i, i)) < std::abs(left(best, best) - got(i, i))) best = j;
    std::swap(left(i, i), left(best, best));
    sorted(i, i) = left(i, i);
  }
  k.close(got, sorted, "the set of eigenvalues");
}

}  // namespace

std::optional<std::string> reconstructionDifference(std::string_view op,
                                                    const std::vector<Tensor>& inputs,
                                                    const std::vector<Tensor>& got,
                                                    const std::vector<Tensor>& want) {
  if (op.starts_with("Batch")) op.remove_prefix(5);
  const bool selfAdjoint = op.starts_with("SelfAdjointEig");
  if (op != "Svd" && op != "Eig" && op != "Qr" && !selfAdjoint) return std::nullopt;
  const Tensor& a = inputs[0];
  const Tolerance usual = opTolerance(a.dtype());
  Checker k{50 * usual.rtol, ""};
  const int64_t n = a.shape().back(), rows = a.shape()[a.shape().rank() - 2];
  if (a.numElements() == 0) return "";
  // Undefined where they were not asked for.
  const bool hasVectors =
      want.size() > 1 && want[1] && want[1].shape().rank() >= 2 && want[1].numElements() > 0;
  const int64_t batch = a.numElements() / (n * rows);
  if (op == "Svd" || op == "SelfAdjointEigV2")
    if (std::string d = difference(got[0], want[0], usual); !d.empty()) return d;
  for (int64_t b = 0; b < batch && k.why.empty(); ++b) {
    if (op == "Svd" && hasVectors) checkSvd(k, a, got, b);
    if (op == "Qr") checkQr(k, a, got, b);
    if (op == "Eig") {
      checkUnordered(k, diagonalOf(got[0], b), diagonalOf(want[0], b));
      if (hasVectors) checkEigen(k, matrixOf(a, b), diagonalOf(got[0], b), matrixOf(got[1], b));
    }
    if (op == "SelfAdjointEigV2" && hasVectors) {
      checkEigen(k, fromLower(matrixOf(a, b)), diagonalOf(got[0], b), matrixOf(got[1], b));
      k.orthonormal(matrixOf(got[1], b), "v^H v");
    }
    if (op == "SelfAdjointEig") {  // one output: eigenvalues in the first row, vectors below
      const Matrix all = matrixOf(got[0], b), wanted = matrixOf(want[0], b);
      Matrix e{n, n, std::vector<C>(size_t(n * n))}, ew = e, v{n, n, {}};
      for (int64_t i = 0; i < n; ++i) {
        e(i, i) = all(0, i);
        ew(i, i) = wanted(0, i);
      }
      v.v.assign(all.v.begin() + n, all.v.end());
      k.close(e, ew, "the eigenvalues");
      checkEigen(k, fromLower(matrixOf(a, b)), e, v);
      k.orthonormal(v, "v^H v");
    }
  }
  return k.why;
}

}  // namespace smw::conformance
