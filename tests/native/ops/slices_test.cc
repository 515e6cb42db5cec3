#include "call_op.h"
#include "ops/strided_slice.h"

namespace smw::testing {
namespace {

Attrs masks(int64_t begin, int64_t end, int64_t ellipsis, int64_t newAxis, int64_t shrink) {
  Attrs a;
  a.set("begin_mask", begin);
  a.set("end_mask", end);
  a.set("ellipsis_mask", ellipsis);
  a.set("new_axis_mask", newAxis);
  a.set("shrink_axis_mask", shrink);
  return a;
}

TEST(StridedSlice, NegativeStridesAndMasks) {
  // x[::-1, 1]
  const auto y =
      call("StridedSlice", {iota<int32_t>({3, 4}), ints({0, 1}), ints({0, 2}), ints({-1, 1})},
           masks(1, 1, 0, 0, 2))[0];
  EXPECT_EQ(y.shape(), Shape({3}));
  EXPECT_EQ(valuesOf<int32_t>(y), (std::vector<int32_t>{9, 5, 1}));
}

TEST(StridedSlice, EllipsisAndNewAxis) {
  // x[..., None, 0]
  const auto y = call("StridedSlice",
                      {iota<int32_t>({2, 3, 4}), ints({0, 0, 0}), ints({0, 0, 1}), ints({1, 1, 1})},
                      masks(0, 0, 1, 2, 4))[0];
  EXPECT_EQ(y.shape(), Shape({2, 3, 1}));
  EXPECT_EQ(valuesOf<int32_t>(y), (std::vector<int32_t>{0, 4, 8, 12, 16, 20}));
}

TEST(StridedSlice, RefusesWhatTensorFlowRefuses) {
  const Tensor x = iota({3});
  EXPECT_EQ(failure("StridedSlice", {x, ints({3}), ints({4}), ints({1})}, masks(0, 0, 0, 0, 1)),
            Code::kInvalidArgument);
  EXPECT_EQ(failure("StridedSlice", {x, ints({0}), ints({1}), ints({0})}), Code::kInvalidArgument);
  EXPECT_EQ(failure("StridedSlice", {x, ints({0, 0}), ints({1, 1}), ints({1, 1})}),
            Code::kInvalidArgument);
  EXPECT_EQ(
      failure("StridedSlice", {x, ints({0, 0}), ints({1, 1}), ints({1, 1})}, masks(0, 0, 3, 0, 0)),
      Code::kInvalidArgument);
}

/// What TensorFlow 2.21 makes of an unknown size beside zeros.
TEST(Reshape, EmptyTensors) {
  const auto reshape = [](std::vector<int64_t> from, std::vector<int32_t> to) {
    const Tensor x = tensorOf<float>({}, *Shape::make(from));
    return call("Reshape", {x, ints(std::move(to))})[0].shape();
  };
  EXPECT_EQ(reshape({0, 11, 4}, {0, -1}), Shape({0, 44}));
  EXPECT_EQ(reshape({0, 6}, {0, -1, 2}), Shape({0, 3, 2}));
  EXPECT_EQ(reshape({0, 6}, {-1, 0}), Shape({6, 0}));
  EXPECT_EQ(reshape({2, 0, 3}, {0, -1}), Shape({0, 6}));
  EXPECT_EQ(reshape({0}, {0, -1}), Shape({0, 1}));
  EXPECT_EQ(reshape({2, 0, 4}, {-1, 0, 2}), Shape({4, 0, 2}));
  EXPECT_EQ(reshape({0, 6}, {-1, 3}), Shape({0, 3}));
  EXPECT_EQ(failure("Reshape", {iota({6}), ints({0, -1})}), Code::kInvalidArgument);
  EXPECT_EQ(failure("Reshape", {iota({6}), ints({4, -1})}), Code::kInvalidArgument);
  EXPECT_EQ(failure("Reshape", {iota({6}), ints({-2, -1})}), Code::kInvalidArgument);
}

TEST(MatrixBandPart, RefusesWhatTensorFlowRefuses) {
  const Tensor x = iota({2, 3});
  const auto code = [](const Tensor& x, int32_t lower, int32_t upper) {
    return failure("MatrixBandPart", {x, scalarInt(lower), scalarInt(upper)});
  };
  EXPECT_EQ(code(x, 3, 0), Code::kInvalidArgument);
  EXPECT_EQ(code(x, 0, 4), Code::kInvalidArgument);
  EXPECT_EQ(code(iota({3}), 0, 0), Code::kInvalidArgument);
  EXPECT_EQ(failure("MatrixBandPart", {x, ints({0}), scalarInt(0)}), Code::kInvalidArgument);
  const Tensor none = tensorOf<int32_t>({}, {2, 0});
  EXPECT_EQ(call("MatrixBandPart", {none, scalarInt(-1), scalarInt(0)})[0].shape(), none.shape());
}

TEST(Concat, PartsOfOtherDTypesAreRefused) {
  const Tensor narrow = tensorOf<int8_t>({1, 2}, {2}), wide = iota({2});
  EXPECT_EQ(failure("ConcatV2", {narrow, wide, scalarInt(0)}), Code::kInvalidArgument);
  EXPECT_EQ(failure("Pack", {narrow, wide}), Code::kInvalidArgument);
}

/// x[i] with an i that only the run knows keeps a known shape.
TEST(StridedSlice, AnIndexMayComeLate) {
  const Tensor x = iota({4, 5}), begin = ints({2}), end = ints({3}), strides = ints({1});
  const InputInfo infos[] = {{x.dtype(), x.shape()},
                             {begin.dtype(), begin.shape()},
                             {end.dtype(), end.shape()},
                             {strides.dtype(), strides.shape(), &strides}};
  const Attrs attrs = masks(0, 0, 0, 0, 1);
  Ref<RefCounted> state;
  Resolver r("StridedSlice", "n", attrs, infos, 1, state);
  ASSERT_TRUE(findOp("StridedSlice")->resolve(r).has_value());
  EXPECT_FALSE(r.dependsOnValues());
  ASSERT_EQ(r.outputs().size(), 1u);
  EXPECT_EQ(r.outputs()[0].shape, Shape({5}));
  TestContext c;
  std::vector<float> out(5);
  void* in[] = {const_cast<void*>(x.raw()), const_cast<void*>(begin.raw()),
                const_cast<void*>(end.raw()), const_cast<void*>(strides.raw())};
  void* outs[] = {out.data()};
  ASSERT_TRUE(r.takenKernel()(Args{in, outs, nullptr, c}).has_value());
  EXPECT_EQ(out, (std::vector<float>{10, 11, 12, 13, 14}));
  // Out of range is told at the run.
  const Tensor late = ints({4});
  in[1] = const_cast<void*>(late.raw());
  EXPECT_FALSE(r.takenKernel()(Args{in, outs, nullptr, c}).has_value());
}

TEST(StridedSlice, HugeEntriesDoNotOverflow) {
  constexpr int64_t kMost = INT64_MAX, kLeast = INT64_MIN;
  const auto long64 = [](int64_t v) { return tensorOf<int64_t>({v}, {1}); };
  for (int64_t b : {kMost, kLeast, int64_t(0)})
    for (int64_t e : {kMost, kLeast, int64_t(3)})
      for (int64_t s : {kMost, kLeast, int64_t(1), int64_t(-1)}) {
        TestContext c;
        (void)TestNode("StridedSlice")(c, {iota({3}), long64(b), long64(e), long64(s)});
        (void)TestNode("StridedSlice", masks(0, 0, 0, 0, 1))(
            c, {iota({3}), long64(b), long64(e), long64(s)});
      }
}

TEST(Slice, ReachesToTheEnd) {
  const auto y = call("Slice", {iota({3, 4}), ints({1, 2}), ints({-1, 1})})[0];
  EXPECT_EQ(y.shape(), Shape({2, 1}));
  EXPECT_EQ(valuesOf<float>(y), (std::vector<float>{6, 10}));
  EXPECT_EQ(failure("Slice", {iota({3}), ints({2}), ints({2})}), Code::kInvalidArgument);
}

/// As TensorFlow 2.21 has it, compiled by XLA.
TEST(XlaDynamicSlice, ASliceIsMovedInside) {
  const auto at = [](std::vector<int32_t> begin) {
    return valuesOf<float>(
        call("XlaDynamicSlice", {iota({3, 4}), ints(std::move(begin)), ints({2, 2})})[0]);
  };
  EXPECT_EQ(at({0, 0}), (std::vector<float>{0, 1, 4, 5}));
  EXPECT_EQ(at({1, 2}), (std::vector<float>{6, 7, 10, 11}));
  EXPECT_EQ(at({2, 3}), (std::vector<float>{6, 7, 10, 11}));
  EXPECT_EQ(at({-1, INT32_MIN}), (std::vector<float>{0, 1, 4, 5}));
  for (const auto& [begin, size] : {std::pair{ints({0, 0}), ints({-1, 2})},
                                    {ints({0, 0}), ints({4, 2})},
                                    {ints({0}), ints({2, 2})},
                                    {ints({0, 0}), ints({2})}})
    EXPECT_EQ(failure("XlaDynamicSlice", {iota({3, 4}), begin, size}), Code::kInvalidArgument);
}

TEST(XlaDynamicUpdateSlice, ASliceIsMovedInside) {
  const Tensor update = tensorOf<float>({-1, -2, -3, -4}, Shape({2, 2}));
  const auto at = [&](Tensor begin) {
    return valuesOf<float>(
        call("XlaDynamicUpdateSlice", {iota({3, 4}), update, std::move(begin)})[0]);
  };
  const std::vector<float> last = {0, 1, 2, 3, 4, 5, -1, -2, 8, 9, -3, -4};
  EXPECT_EQ(at(ints({0, 0})), (std::vector<float>{-1, -2, 2, 3, -3, -4, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(at(ints({1, 2})), last);
  EXPECT_EQ(at(ints({100, 3})), last);
  EXPECT_EQ(at(tensorOf<int64_t>({INT64_MAX, INT64_MAX}, Shape({2}))), last);
  EXPECT_EQ(at(tensorOf<int64_t>({INT64_MIN, 1}, Shape({2}))),
            (std::vector<float>{0, -1, -2, 3, 4, -3, -4, 7, 8, 9, 10, 11}));
  const Tensor whole = iota({3, 4});
  EXPECT_EQ(valuesOf<float>(call("XlaDynamicUpdateSlice", {whole, whole, ints({2, 2})})[0]),
            valuesOf<float>(whole));
  const Tensor none = tensorOf<float>({}, Shape({0, 2}));
  EXPECT_EQ(valuesOf<float>(call("XlaDynamicUpdateSlice", {whole, none, ints({3, 1})})[0]),
            valuesOf<float>(whole));
  const Tensor one = *Tensor::scalar(4.0f);
  EXPECT_EQ(
      valuesOf<float>(call("XlaDynamicUpdateSlice", {*Tensor::scalar(3.0f), one, ints({})})[0]),
      std::vector<float>{4});
  const std::vector<std::vector<Tensor>> refused = {{whole, update, ints({1})},
                                                    {whole, iota({2}), ints({1, 1})},
                                                    {whole, iota({4, 2}), ints({1, 1})},
                                                    {whole, ints({1, 2}), ints({1, 1})}};
  for (const auto& inputs : refused)
    EXPECT_EQ(failure("XlaDynamicUpdateSlice", inputs), Code::kInvalidArgument);
}

TEST(TensorScatterUpdate, TakesItsOwnInputAsUpdates) {
  // Both inputs are one tensor: where it may be overwritten, the updates must not change on the
  // way.
  const Tensor x = iota({4});
  const Tensor indices = tensorOf<int32_t>({3, 2, 1, 0}, {4, 1});
  EXPECT_EQ(valuesOf<float>(call("TensorScatterUpdate", {x, indices, x})[0]),
            (std::vector<float>{3, 2, 1, 0}));
  const InputInfo infos[] = {
      {x.dtype(), x.shape()}, {indices.dtype(), indices.shape()}, {x.dtype(), x.shape()}};
  Ref<RefCounted> state;
  const Attrs attrs;
  Resolver r("TensorScatterUpdate", "n", attrs, infos, 1, state);
  ASSERT_TRUE(findOp("TensorScatterUpdate")->resolve(r).has_value());
  Tensor own = x.clone().value();
  void* in[] = {own.raw(), const_cast<void*>(indices.raw()), own.raw()};
  void* out[] = {own.raw()};
  TestContext c;
  ASSERT_TRUE(r.takenKernel()(Args{in, out, nullptr, c}).has_value());
  EXPECT_EQ(valuesOf<float>(own), (std::vector<float>{3, 2, 1, 0}));
}

TEST(SpaceToBatch, IsUndoneByBatchToSpace) {
  const Tensor x = iota({2, 5, 7, 3});
  const Tensor block = ints({2, 3}), border = tensorOf<int32_t>({1, 2, 0, 2}, {2, 2});
  const Tensor y = call("SpaceToBatchND", {x, block, border})[0];
  EXPECT_EQ(y.shape(), Shape({12, 4, 3, 3}));
  const Tensor z = call("BatchToSpaceND", {y, block, border})[0];
  EXPECT_EQ(z.shape(), x.shape());
  EXPECT_EQ(valuesOf<float>(z), valuesOf<float>(x));
}

TEST(DepthToSpace, HasThreeFormats) {
  const Tensor x = iota({1, 2, 3, 8});
  Attrs nhwc, nchw;
  nhwc.set("block_size", int64_t(2));
  nchw.set("block_size", int64_t(2));
  nchw.set("data_format", std::string("NCHW"));
  const Tensor want = call("DepthToSpace", {x}, nhwc)[0];
  const Tensor turned = call("Transpose", {x, ints({0, 3, 1, 2})})[0];
  const Tensor got = call("DepthToSpace", {turned}, nchw)[0];
  EXPECT_EQ(valuesOf<float>(call("Transpose", {got, ints({0, 2, 3, 1})})[0]),
            valuesOf<float>(want));
  EXPECT_EQ(valuesOf<float>(call("SpaceToDepth", {got}, nchw)[0]), valuesOf<float>(turned));
}

}  // namespace
}  // namespace smw::testing
