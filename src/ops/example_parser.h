// Serialized tf.Example messages, feature by feature into columns. A scanner of its own over the
// wire format: every length is checked against what is left.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tensor/tensor.h"

namespace smw {

/// One wanted feature and what was found of it, example after example.
struct ExampleColumn {
  enum Role { kSparse, kDense, kVariable, kRagged };

  std::string key;
  DType dtype{};  // int64, float32 or string
  Role role{};
  int64_t stride = 1;  // kDense: values of each example; kVariable: values of a row
  Tensor fallback{};   // kDense: values where the feature is missing, or without elements

  // Values of all examples, in the vector that dtype picks.
  std::vector<int64_t> ints{};
  std::vector<float> floats{};
  std::vector<std::string> strings{};
  std::vector<int64_t> ends{};  // where each example's values end
  int64_t seenIn = -1;

  int64_t size() const {
    return int64_t(dtype == DType::kInt64   ? ints.size()
                   : dtype == DType::kFloat ? floats.size()
                                            : strings.size());
  }
  const void* data() const {
    return dtype == DType::kInt64   ? static_cast<const void*>(ints.data())
           : dtype == DType::kFloat ? static_cast<const void*>(floats.data())
                                    : static_cast<const void*>(strings.data());
  }
  int64_t begin(size_t example) const { return example ? ends[example - 1] : 0; }
  /// The most values that one example has.
  int64_t longest() const;
};

/// The types that a Feature holds.
bool isExampleType(DType t);

class ExampleParser {
 public:
  /// Of columns with one key, the first gets the values.
  explicit ExampleParser(std::span<ExampleColumn> columns);

  /// Appends the values of one example to every column; INVALID_ARGUMENT naming example and key.
  Status parse(std::string_view serialized, std::string_view name);

 private:
  Status parseFeatures(std::string_view features);
  Status take(std::string_view key, std::string_view feature);
  Status finish(ExampleColumn& c);
  std::string where(std::string_view key) const;

  std::span<ExampleColumn> columns_;
  std::unordered_map<std::string_view, ExampleColumn*> byKey_;
  std::vector<std::pair<std::string_view, std::string_view>> found_;  // key, Feature
  std::string_view name_;
  int64_t index_ = -1;
};

}  // namespace smw
