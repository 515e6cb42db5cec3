// Split, SplitV, Unpack.
#include "ops/families.h"
#include "ops/move.h"

namespace smw {
namespace {

/// Input `input` seen as rows of (outer, sum of parts): part i becomes output i, of shapes[i].
Status splitRows(Resolver& r, int input, int64_t outer, std::span<const int64_t> parts,
                 std::span<const Shape> shapes) {
  if (parts.size() == 1) {
    r.addView(input, shapes[0]);
    return r.nothing();
  }
  const DType t = r.dtype(input);
  int64_t row = 0, at = 0;
  for (int64_t p : parts) row += p;
  std::vector<NdCopy> moves(parts.size());
  for (size_t i = 0; i < parts.size(); ++i) {
    const NdCopy::Dim dims[] = {{outer, row, parts[i]}, {parts[i], 1, 1}};
    moves[i] = NdCopy::make(dims, at, 0);
    at += parts[i];
    r.addOutput(t, shapes[i]);
  }
  return r.kernel([t, input, moves = std::move(moves)](const Args& a) {
    for (size_t i = 0; i < moves.size(); ++i)
      moveElements(a.context, t, moves[i], a.inputs[input], a.outputs[i]);
  });
}

/// Sizes along `axis`, which add up to the dimension.
Status splitSizes(Resolver& r, int input, int axis, std::span<const int64_t> sizes) {
  const Shape& in = r.shape(input);
  const int64_t inner = in.product(axis + 1, in.rank());
  std::vector<int64_t> parts;
  std::vector<Shape> shapes;
  for (int64_t s : sizes) {
    Dims dims(in.dims());
    dims[size_t(axis)] = s;
    shapes.push_back(SMW_TRY(Shape::make(dims)));
    parts.push_back(SMW_TRY(mul(s, inner)));
  }
  return splitRows(r, input, in.product(0, axis), parts, shapes);
}

/// split_dim: scalar; value is cut into num_split equal parts.
Status resolveSplit(Resolver& r) {
  const Shape& in = r.shape(1);
  const int64_t given = SMW_TRY(r.integer(0));
  const int axis = SMW_TRY(in.axis(given, "split dimension"));
  const int64_t n = r.numOutputs();
  if (n < 1) return invalidArgument("Number of ways to split should be > 0");
  if (in[axis] % n != 0)
    return invalidArgument(
        "Number of ways to split should evenly divide the split dimension,"
        " but got split_dim ",
        axis, " (size = ", in[axis], ") and num_split ", n);
  return splitSizes(r, 1, axis, std::vector<int64_t>(size_t(n), in[axis] / n));
}

/// value, size_splits: vector of num_split sizes, one may be -1, split_dim: scalar.
Status resolveSplitV(Resolver& r) {
  const Shape& in = r.shape(0);
  const int64_t given = SMW_TRY(r.integer(2));
  const int axis = SMW_TRY(in.axis(given, "split dimension"));
  SMW_TRY(r.requireVector(1, "size_splits"));
  Dims sizes = SMW_TRY(r.ints(1));
  if (int(sizes.size()) != r.numOutputs() || sizes.empty())
    return invalidArgument("size of the split_tensor must be num_split = ", r.numOutputs(),
                           ", got ", sizes.size());
  int rest = -1;
  int64_t sum = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == -1) {
      if (rest >= 0) return invalidArgument("There can only be one -1 in size_splits");
      rest = int(i);
    } else if (sizes[i] < 0) {
      return invalidArgument("Split size at index ", i, " must be >= 0. Got: ", sizes[i]);
    } else {
      sum = SMW_TRY(add(sum, sizes[i]));
    }
  }
  if (rest >= 0 ? sum > in[axis] : sum != in[axis])
    return invalidArgument("Determined shape must either match input shape along split_dim ",
                           "exactly if fully specified, or be less than the size of the input",
                           " along split_dim if not fully specified. Got: ", sum, " of ", in[axis]);
  if (rest >= 0) sizes[size_t(rest)] = in[axis] - sum;
  return splitSizes(r, 0, axis, sizes);
}

/// value: cut along attribute `axis` into `num` tensors without that axis.
Status resolveUnpack(Resolver& r) {
  const Shape& in = r.shape(0);
  const int axis = SMW_TRY(in.axis(r.attrOr("axis", int64_t(0))));
  if (in[axis] != r.numOutputs())
    return invalidArgument("Input shape axis ", axis, " must equal ", r.numOutputs(),
                           ", got shape ", in);
  if (r.numOutputs() == 0) return r.nothing();
  Dims dims(in.dims());
  dims.erase(size_t(axis));
  const std::vector<Shape> shapes(size_t(r.numOutputs()), SMW_TRY(Shape::make(dims)));
  const std::vector<int64_t> parts(shapes.size(), in.product(axis + 1, in.rank()));
  return splitRows(r, 0, in.product(0, axis), parts, shapes);
}

constexpr OpDef kOps[] = {
    {"Split", "split_dim, value -> output*num_split", resolveSplit},
    {"SplitV", "value, size_splits, split_dim -> output*num_split", resolveSplitV},
    {"Unpack", "value -> output*num", resolveUnpack},
};

}  // namespace

std::span<const OpDef> splitOps() { return kOps; }

}  // namespace smw
