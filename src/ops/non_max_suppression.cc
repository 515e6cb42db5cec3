// NonMaxSuppression and its versions 2 to 5, NonMaxSuppressionWithOverlaps.
#include <algorithm>
#include <limits>

#include "ops/families.h"
#include "ops/nms.h"

namespace smw {
namespace {

/// Which arguments a version of the op has.
struct Version {
  int threshold = -1, score = -1, sigma = -1;  // inputs; -1 where there is none
  bool overlaps = false;                       // input 0 holds similarities, not boxes
  bool padded = false;                         // attribute pad_to_max_output_size
  bool givesScores = false, givesCount = false;
};

/// One floating element as float32.
Result<float> scalar(Step& step, int i, std::string_view name) {
  const Tensor& t = step.input(i);
  if (!t.shape().isScalar()) return invalidArgument(name, " must be 0-D, got shape ", t.shape());
  switch (t.dtype()) {
    case DType::kFloat:
      return *t.data<float>();
    case DType::kDouble:
      return float(*t.data<double>());
    case DType::kHalf:
      return float(*t.data<half>());
    case DType::kBfloat16:
      return float(*t.data<bfloat16>());
    default:
      return unimplemented(name, " of dtype ", dtypeName(t.dtype()));
  }
}

std::vector<float> floats(const Tensor& t) {
  std::vector<float> v(size_t(t.numElements()));
  if (t.dtype() == DType::kHalf)
    std::copy_n(t.data<half>(), v.size(), v.begin());
  else
    std::copy_n(t.data<float>(), v.size(), v.begin());
  return v;
}

Status checkBoxes(const Tensor& boxes, const Tensor& scores, bool overlaps) {
  const Shape& b = boxes.shape();
  if (b.rank() != 2)
    return invalidArgument(overlaps ? "overlaps" : "boxes", " must be 2-D, got shape ", b);
  if (b[1] != (overlaps ? b[0] : 4))
    return invalidArgument(overlaps ? "overlaps must be square" : "boxes must have 4 columns",
                           ", got shape ", b);
  if (scores.shape().rank() != 1)
    return invalidArgument("scores must be 1-D, got shape ", scores.shape());
  if (scores.shape()[0] != b[0])
    return invalidArgument("scores has incompatible shape: ", scores.shape()[0], " scores for ",
                           b[0], " boxes");
  if (b[0] > std::numeric_limits<int32_t>::max()) return invalidArgument("too many boxes");
  return {};
}

/// n values of `dtype`, of which the first are given and the others 0.
template <typename T, typename From>
Status setPadded(Step& step, int i, DType dtype, int64_t n, const std::vector<From>& given) {
  Tensor* t = SMW_TRY(step.allocate(i, dtype, SMW_TRY(Shape::make({{n}}))));
  std::fill(std::transform(given.begin(), given.end(), t->data<T>(), [](From v) { return T(v); }),
            t->data<T>() + n, T());
  return {};
}

Status run(Step& step, const Version& v, NmsOptions o, bool pad) {
  const Tensor &boxes = step.input(0), &scores = step.input(1), &most = step.input(2);
  if (!most.shape().isScalar())
    return invalidArgument("max_output_size must be 0-D, got shape ", most.shape());
  o.most = SMW_TRY(most.toInts())[0];
  if (v.threshold >= 0) o.similarity = SMW_TRY(scalar(step, v.threshold, "iou_threshold"));
  if (!v.overlaps && !(o.similarity >= 0 && o.similarity <= 1))
    return invalidArgument("iou_threshold must be in [0, 1]");
  if (v.score >= 0) o.score = SMW_TRY(scalar(step, v.score, "score_threshold"));
  if (v.sigma >= 0) o.softSigma = SMW_TRY(scalar(step, v.sigma, "soft_nms_sigma"));
  if (!(o.softSigma >= 0)) return invalidArgument("soft_nms_sigma must be non-negative");
  if (o.most < 0) return invalidArgument("output size must be non-negative");
  SMW_TRY(checkBoxes(boxes, scores, v.overlaps));
  const std::vector<float> b = floats(boxes), s = floats(scores);
  const int64_t n = int64_t(s.size());
  const auto similarity = [&](int64_t i, int64_t j) {
    return v.overlaps ? b[size_t(i * n + j)]
                      : intersectionOverUnion(&b[size_t(i) * 4], &b[size_t(j) * 4]);
  };
  OpContext& context = step.context();
  const NmsResult r = selectBoxes(s.data(), n, o, similarity, [&] { return context.cancelled(); });
  const int64_t count = int64_t(r.indices.size()), size = pad ? o.most : count;
  SMW_TRY(setPadded<int32_t>(step, 0, DType::kInt32, size, r.indices));
  if (v.givesScores) {
    if (o.half)
      SMW_TRY(setPadded<half>(step, 1, DType::kHalf, size, r.scores));
    else
      SMW_TRY(setPadded<float>(step, 1, DType::kFloat, size, r.scores));
  }
  if (v.givesCount) step.setOutput(v.givesScores ? 2 : 1, SMW_TRY(Tensor::scalar(int32_t(count))));
  return {};
}

/// boxes: (n,4) or overlaps: (n,n), scores: (n), max_output_size: scalar; then what `v` names ->
/// selected_indices: as many as were selected, or max_output_size where padded.
Status resolve(Resolver& r, const Version& v) {
  for (int i = 0; i < 2; ++i)
    if (r.dtype(i) != DType::kFloat && r.dtype(i) != DType::kHalf)
      return r.unsupportedDType(r.dtype(i));
  NmsOptions o;
  o.half = r.dtype(1) == DType::kHalf;
  o.similarity = r.attrOr("iou_threshold", 0.5f);
  o.score = o.half ? -65504.0f : std::numeric_limits<float>::lowest();
  const bool pad = v.padded && r.attrOr("pad_to_max_output_size", false);
  return r.tensorKernel([=](Step& step) { return run(step, v, o, pad); });
}

Status resolveV1(Resolver& r) { return resolve(r, {}); }
Status resolveV2(Resolver& r) { return resolve(r, {.threshold = 3}); }
Status resolveV3(Resolver& r) { return resolve(r, {.threshold = 3, .score = 4}); }
Status resolveV4(Resolver& r) {
  return resolve(r, {.threshold = 3, .score = 4, .padded = true, .givesCount = true});
}
Status resolveV5(Resolver& r) {
  return resolve(r, {.threshold = 3,
                     .score = 4,
                     .sigma = 5,
                     .padded = true,
                     .givesScores = true,
                     .givesCount = true});
}
Status resolveOverlaps(Resolver& r) {
  return resolve(r, {.threshold = 3, .score = 4, .overlaps = true});
}

constexpr OpDef kOps[] = {
    {"NonMaxSuppression", "boxes, scores, max_output_size -> selected_indices", resolveV1},
    {"NonMaxSuppressionV2", "boxes, scores, max_output_size, iou_threshold -> selected_indices",
     resolveV2},
    {"NonMaxSuppressionV3",
     "boxes, scores, max_output_size, iou_threshold, score_threshold -> selected_indices",
     resolveV3},
    {"NonMaxSuppressionV4",
     "boxes, scores, max_output_size, iou_threshold, score_threshold -> selected_indices, "
     "valid_outputs",
     resolveV4},
    {"NonMaxSuppressionV5",
     "boxes, scores, max_output_size, iou_threshold, score_threshold, soft_nms_sigma -> "
     "selected_indices, selected_scores, valid_outputs",
     resolveV5},
    {"NonMaxSuppressionWithOverlaps",
     "overlaps, scores, max_output_size, overlap_threshold, score_threshold -> selected_indices",
     resolveOverlaps},
};

}  // namespace

std::span<const OpDef> nonMaxSuppressionOps() { return kOps; }

}  // namespace smw
