// Attributes of a node: what a NodeDef's `attr` map says, free of protobuf.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "tensor/dtype.h"
#include "tensor/shape.h"
#include "tensor/tensor.h"

namespace smw {

class Attrs;

/// A function name with the attributes it is instantiated with (NameAttrList).
struct FunctionRef {
  std::string name;
  std::shared_ptr<const Attrs> attrs;  // null where there are none
};

/// `list(...)` attributes are vectors. An empty list does not tell its element type: it reads as an
/// empty vector of whichever type is asked for.
using AttrValue =
    std::variant<std::monostate, int64_t, float, bool, std::string, DType, PartialShape, Tensor,
                 FunctionRef, std::vector<int64_t>, std::vector<float>, std::vector<bool>,
                 std::vector<std::string>, std::vector<DType>, std::vector<PartialShape>,
                 std::vector<Tensor>, std::vector<FunctionRef>>;

class Attrs {
 public:
  void set(std::string_view name, AttrValue value) {
    values_.insert_or_assign(std::string(name), std::move(value));
  }
  void erase(std::string_view name) {
    if (auto it = values_.find(name); it != values_.end()) values_.erase(it);
  }
  bool has(std::string_view name) const { return values_.find(name) != values_.end(); }
  const std::map<std::string, AttrValue, std::less<>>& all() const { return values_; }

  /// INVALID_ARGUMENT where the attribute is missing or of another type.
  template <typename T>
  Result<T> get(std::string_view name) const {
    if (const T* v = find<T>(name)) return *v;
    if (emptyList(name)) return T();
    return invalidArgument(
        cat("attribute '", name, "' is ", has(name) ? "of another type" : "missing"));
  }
  /// `fallback` where the attribute is missing: ops give TensorFlow's default here.
  template <typename T>
  T getOr(std::string_view name, T fallback) const {
    if (const T* v = find<T>(name)) return *v;
    return emptyList(name) ? T() : fallback;
  }
  std::string getOr(std::string_view name, const char* fallback) const {
    return getOr(name, std::string(fallback));
  }
  template <typename T>
  const T* find(std::string_view name) const {
    auto it = values_.find(name);
    return it == values_.end() ? nullptr : std::get_if<T>(&it->second);
  }

 private:
  bool emptyList(std::string_view name) const {
    auto it = values_.find(name);
    return it != values_.end() && std::holds_alternative<std::monostate>(it->second);
  }
  std::map<std::string, AttrValue, std::less<>> values_;
};

}  // namespace smw
