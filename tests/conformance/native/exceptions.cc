#include "exceptions.h"

namespace smw::conformance {

namespace {
constexpr Exception kExceptions[] = {
    {"DepthwiseConv2dNative",
     DType::kHalf,
     {4e-3, 4e-3, 0},
     "TensorFlow sums in float16 there, we in float32"},
};

constexpr std::string_view kRunsWithOneDnn =
    "an error without oneDNN only; TensorFlow as it is installed runs channels first, and so do we";
constexpr Skip kSkips[] = {
    {"AvgPool", "data_format=\"NCHW\"", kRunsWithOneDnn},
    {"MaxPool", "data_format=\"NCHW\"", kRunsWithOneDnn},
};

}  // namespace

const Exception* exceptionFor(std::string_view op, DType dtype) {
  for (const Exception& e : kExceptions)
    if (e.op == op && e.dtype == dtype) return &e;
  return nullptr;
}

const Skip* skipFor(std::string_view op, std::string_view description) {
  for (const Skip& s : kSkips)
    if (s.op == op && description.find(s.part) != description.npos) return &s;
  return nullptr;
}

}  // namespace smw::conformance
