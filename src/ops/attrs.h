// Attributes of a node: what a NodeDef's `attr` map says, free of protobuf.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ref.h"
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

/// Copies share what they hold until one of them changes: functions are inlined, and their nodes
/// copied, many times more often than an attribute is set.
class Attrs {
 public:
  using Values = std::map<std::string, AttrValue, std::less<>>;

  void set(std::string_view name, AttrValue value);
  void erase(std::string_view name);
  bool has(std::string_view name) const { return at(name) != nullptr; }
  const Values& all() const;

  // Names are literals almost everywhere; as such they are one register where a view is memory.

  /// INVALID_ARGUMENT where the attribute is missing or of another type.
  template <typename T>
  [[gnu::noinline]] Result<T> get(const char* name) const {
    const AttrValue* v = at(name);
    if (const T* t = std::get_if<T>(v)) return *t;
    if (isEmptyList(v)) return T();
    return wrong(name);
  }
  template <typename T>
  Result<T> get(std::string_view name) const {
    return get<T>(std::string(name).c_str());
  }
  /// `fallback` where the attribute is missing: ops give TensorFlow's default here.
  template <typename T>
  [[gnu::noinline]] T getOr(const char* name, T fallback) const {
    const AttrValue* v = at(name);
    if (const T* t = std::get_if<T>(v)) return *t;
    return isEmptyList(v) ? T() : fallback;
  }
  std::string getOr(const char* name, const char* fallback) const;
  template <typename T>
  const T* find(const char* name) const {
    return std::get_if<T>(at(name));
  }
  template <typename T>
  const T* find(std::string_view name) const {
    return std::get_if<T>(at(name));
  }

 private:
  const AttrValue* at(const char* name) const;  // null where missing
  const AttrValue* at(std::string_view name) const;
  Error wrong(const char* name) const;
  static bool isEmptyList(const AttrValue* v) {
    return v && std::holds_alternative<std::monostate>(*v);
  }
  struct Shared : RefCounted {
    explicit Shared(Values v) : values(std::move(v)) {}
    Values values;
  };
  Values& own();        // those of this copy alone
  Ref<Shared> shared_;  // null where nothing is set
};

}  // namespace smw
