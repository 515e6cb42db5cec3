// Pad, PadV2, MirrorPad.
#include "ops/families.h"
#include "ops/move.h"

namespace smw {
namespace {

/// One dimension: `before` and `after` are added to `size` elements of the input; `block` is what
/// one step of it covers in the output, in elements.
struct PadDim {
  int64_t size, before, after, block;
  int64_t total() const { return before + size + after; }
};

/// paddings (rank,2) -> the output's shape and the dimensions, with those that are not padded
/// joined to the one before them.
struct Padding {
  Shape shape;
  std::vector<PadDim> dims;
  bool none = true;
};

Result<Padding> paddingOf(Resolver& r) {
  const Shape &in = r.shape(0), &given = r.shape(1);
  if (given.rank() != 2 || given[1] != 2)
    return invalidArgument("paddings must be a matrix with 2 columns: ", given);
  if (given[0] != in.rank())
    return invalidArgument("The first dimension of paddings must be the rank of inputs ", given,
                           " ", in);
  const Dims pads = SMW_TRY(SMW_TRY(r.value(1))->toInts());
  Padding p;
  Dims dims;
  for (int i = 0; i < in.rank(); ++i) {
    const int64_t before = pads[size_t(2 * i)], after = pads[size_t(2 * i + 1)];
    if (before < 0 || after < 0)
      return invalidArgument("Paddings must be non-negative: ", before, " ", after);
    dims.push_back(SMW_TRY(add(SMW_TRY(add(before, in[i])), after)));
    p.dims.push_back({in[i], before, after, 1});
    p.none = p.none && before == 0 && after == 0;
  }
  p.shape = SMW_TRY(Shape::make(dims));
  return p;
}

/// Joins unpadded dimensions into the one before and counts blocks. Only for outputs with elements.
void joinDims(std::vector<PadDim>& dims) {
  std::vector<PadDim> joined;
  for (const PadDim& d : dims) {
    if (d.before == 0 && d.after == 0 && !joined.empty()) {
      PadDim& p = joined.back();
      p = {p.size * d.size, p.before * d.size, p.after * d.size, 1};
    } else {
      joined.push_back(d);
    }
  }
  if (joined.empty()) joined.push_back({1, 0, 0, 1});
  int64_t block = 1;
  for (size_t i = joined.size(); i-- > 0;) {
    joined[i].block = block;
    block *= joined[i].total();
  }
  dims = std::move(joined);
}

/// Writes one output block of `dims` and moves `inp` past what it read of it.
void padBlock(DType t, std::span<const PadDim> dims, const void* fill, const void*& inp,
              void* out) {
  const PadDim& d = dims[0];
  fillElements(t, fill, out, d.before * d.block);
  out = elementAt(t, out, d.before * d.block);
  if (dims.size() == 1) {
    copyElements(t, out, inp, d.size);
    inp = elementAt(t, inp, d.size);
    out = elementAt(t, out, d.size);
  } else {
    for (int64_t i = 0; i < d.size; ++i) {
      padBlock(t, dims.subspan(1), fill, inp, out);
      out = elementAt(t, out, d.block);
    }
  }
  fillElements(t, fill, out, d.after * d.block);
}

/// Input elements are looked for below a dimension only where there are any.
void padAll(DType t, const Padding& p, const void* fill, const void* inp, void* out,
            bool emptyInput) {
  if (p.shape.numElements() == 0) return;
  if (emptyInput) return fillElements(t, fill, out, p.shape.numElements());
  padBlock(t, p.dims, fill, inp, out);
}

/// input, paddings (rank,2), constant_values: scalar (PadV2).
Status resolvePad(Resolver& r) {
  Padding p = SMW_TRY(paddingOf(r));
  const bool constant = r.numInputs() == 3;
  if (constant) SMW_TRY(r.requireScalar(2, "constant_values"));
  if (p.none) {
    r.addView(0, p.shape);
    return r.nothing();
  }
  const bool empty = r.shape(0).numElements() == 0;
  if (!empty) joinDims(p.dims);
  const DType t = r.dtype(0);
  r.addOutput(t, p.shape);
  return r.kernel([t, constant, empty, p = std::move(p)](const Args& a) -> Status {
    static const std::string kEmpty;
    static constexpr std::byte kZero[16] = {};
    if (!constant && !isPod(t) && t != DType::kString)
      return unimplemented("padding of dtype ", dtypeName(t));
    const void* zero =
        t == DType::kString ? static_cast<const void*>(&kEmpty) : static_cast<const void*>(kZero);
    padAll(t, p, constant ? a.inputs[2] : zero, a.inputs[0], a.outputs[0], empty);
    return {};
  });
}

/// Writes the block without padding first, then its mirror images. `skip` is 1 where the border
/// itself is not repeated (REFLECT).
void mirrorBlock(DType t, std::span<const PadDim> dims, int64_t skip, const void*& inp, void* out) {
  const PadDim& d = dims[0];
  const auto at = [&](int64_t i) { return elementAt(t, out, i * d.block); };
  if (dims.size() == 1) {
    copyElements(t, at(d.before), inp, d.size * d.block);
    inp = elementAt(t, inp, d.size * d.block);
  } else {
    for (int64_t i = 0; i < d.size; ++i)
      mirrorBlock(t, dims.subspan(1), skip, inp, at(d.before + i));
  }
  for (int64_t i = 1; i <= d.before; ++i)
    copyElements(t, at(d.before - i), at(d.before + i - 1 + skip), d.block);
  const int64_t last = d.before + d.size - 1;
  for (int64_t i = 1; i <= d.after; ++i)
    copyElements(t, at(last + i), at(last - i + 1 - skip), d.block);
}

/// input, paddings (rank,2); attribute mode: REFLECT or SYMMETRIC.
Status resolveMirrorPad(Resolver& r) {
  Padding p = SMW_TRY(paddingOf(r));
  const std::string mode = SMW_TRY(r.attr<std::string>("mode"));
  if (mode != "REFLECT" && mode != "SYMMETRIC")
    return invalidArgument("mode must be either REFLECT or SYMMETRIC, not ", mode);
  const int64_t skip = mode == "REFLECT" ? 1 : 0;
  for (size_t i = 0; i < p.dims.size(); ++i) {
    const PadDim& d = p.dims[i];
    if (d.before > d.size - skip || d.after > d.size - skip)
      if (d.before > 0 || d.after > 0 || skip == 0)
        return invalidArgument("paddings must be no greater than the dimension size",
                               skip ? " minus one: " : ": ", d.before, ", ", d.after, " for size ",
                               d.size);
  }
  if (p.none) {
    r.addView(0, p.shape);
    return r.nothing();
  }
  // Trailing dimensions without padding make one element of several.
  std::vector<PadDim> dims = p.dims;
  int64_t unit = 1;
  while (dims.size() > 1 && dims.back().before == 0 && dims.back().after == 0) {
    unit *= dims.back().size;
    dims.pop_back();
  }
  if (p.shape.numElements() > 0)
    for (size_t i = dims.size(); i-- > 0;) {
      dims[i].block = unit;
      unit *= dims[i].total();
    }
  const DType t = r.dtype(0);
  r.addOutput(t, p.shape);
  return r.kernel([t, skip, n = p.shape.numElements(), dims = std::move(dims)](const Args& a) {
    const void* inp = a.inputs[0];
    if (n > 0) mirrorBlock(t, dims, skip, inp, a.outputs[0]);
  });
}

constexpr OpDef kOps[] = {
    {"MirrorPad", "input, paddings -> output", resolveMirrorPad},
    {"Pad", "input, paddings -> output", resolvePad},
    {"PadV2", "input, paddings, constant_values -> output", resolvePad},
};

}  // namespace

std::span<const OpDef> padOps() { return kOps; }

}  // namespace smw
