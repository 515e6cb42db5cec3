// The packed layout of a GEMM's right-hand matrix. B (K,N) is cut into panels of 8 columns; panel j
// holds K rows of 8 floats, one after another, so that the micro-kernel reads it as one stream.
// Columns beyond N are zero.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace smw::kernels {

inline constexpr int64_t kPanel = 8;

inline constexpr int64_t panelsOf(int64_t n) { return (n + kPanel - 1) / kPanel; }
/// Floats that B (k,n) takes when packed. Overflow is the caller's to exclude (Shape::make did).
inline constexpr int64_t packedFloats(int64_t k, int64_t n) { return k * panelsOf(n) * kPanel; }

/// Packs B (k,n) whose element (i,j) is b[i * rowStride + j * colStride]: (n,1) for row-major B,
/// (1,k) for a row-major transposed B.
void packB(const float* b, int64_t k, int64_t n, int64_t rowStride, int64_t colStride,
           float* packed);
/// The same for B being k rows out of a taller matrix: its panels lie panelStride floats apart.
void packRowsOfB(const float* b, int64_t k, int64_t n, int64_t rowStride, int64_t colStride,
                 float* packed, int64_t panelStride);

/// Column j of a packed B (k,n) times scale[j * step]; step is 1, or 0 where all have one. `out`
/// may be `packed`.
void scalePackedColumns(const float* packed, int64_t k, int64_t n, const float* scale, int64_t step,
                        float* out);

/// Packs a matrix that arrives as consecutive bytes of a file, in slices of any length. Each slice
/// goes straight to its place in the panels; nothing else is kept but up to 3 bytes of a cut float.
class PackBStream {
 public:
  enum class Source {
    kRows,     ///< the source is row-major (k,n)
    kColumns,  ///< the source is row-major (n,k): B transposed
  };
  /// `packed` has groups * packedFloats(k, n / groups) floats. With groups > 1 (grouped
  /// convolution; kRows only) the columns fall into equal groups, each packed by itself, one after
  /// another.
  PackBStream(int64_t k, int64_t n, float* packed, Source source = Source::kRows,
              int64_t groups = 1);

  /// Takes the next bytes; those beyond the matrix are ignored.
  void write(std::span<const std::byte> bytes);
  /// Floats not yet received.
  int64_t remaining() const { return total_ - at_; }

 private:
  void writeFloats(const std::byte* p, int64_t count);
  void writeRows(const std::byte* p, int64_t count);
  void writeColumns(const std::byte* p, int64_t count);

  int64_t k_, n_, groupN_, total_, at_ = 0;  // at_: floats placed so far
  float* packed_;
  Source source_;
  std::byte carry_[4];
  int carried_ = 0;
};

}  // namespace smw::kernels
