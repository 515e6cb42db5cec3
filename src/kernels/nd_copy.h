// Moving a rectangle of elements between two strided places: the one loop under slices, tiles,
// broadcasts, paddings, reversals and block rearrangements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/parallel.h"

namespace smw::kernels {

/// out[outOffset + sum i_k*outStride_k] = inp[inOffset + sum i_k*inStride_k] for all i_k in
/// [0, size_k). Offsets and strides count elements; a stride of inp may be 0 (repeat) or negative.
/// make() drops sizes of 1 and joins dimensions that run on into each other.
class NdCopy {
 public:
  struct Dim {
    int64_t size, in, out;  // in, out: strides
  };
  static NdCopy make(std::span<const Dim> dims, int64_t inOffset = 0, int64_t outOffset = 0);

  /// Outermost first; empty for a single element.
  std::span<const Dim> dims() const { return dims_; }
  int64_t inOffset() const { return inOffset_; }
  int64_t outOffset() const { return outOffset_; }
  int64_t elements() const { return elements_; }
  /// True where the elements keep their order and lie without gaps on both sides.
  bool contiguous() const {
    return elements_ == 0 || dims_.empty() ||
           (dims_.size() == 1 && dims_[0].in == 1 && dims_[0].out == 1);
  }

 private:
  std::vector<Dim> dims_;
  int64_t inOffset_ = 0, outOffset_ = 0, elements_ = 1;
};

/// Elements of elementSize (1, 2, 4, 8 or 16) bytes, at any alignment. inp and out do not overlap.
void ndCopy(Parallel& parallel, const NdCopy& c, int elementSize, const void* inp, void* out);

/// The same in the calling thread, for elements with copy assignment.
template <typename T>
void ndCopyObjects(const NdCopy& c, const T* inp, T* out) {
  if (c.elements() == 0) return;
  inp += c.inOffset();
  out += c.outOffset();
  const auto level = [&](auto& self, size_t k, const T* from, T* to) -> void {
    if (k == c.dims().size()) {
      *to = *from;
      return;
    }
    const NdCopy::Dim& d = c.dims()[k];
    for (int64_t i = 0; i < d.size; ++i) self(self, k + 1, from + i * d.in, to + i * d.out);
  };
  level(level, 0, inp, out);
}

/// n copies of the element at `value`.
void fillElements(int elementSize, const void* value, void* out, int64_t n);

}  // namespace smw::kernels
