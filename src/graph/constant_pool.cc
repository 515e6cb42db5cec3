#include "graph/constant_pool.h"

#include <bit>

#include "base/strings.h"

namespace smw {

namespace {

void addKey(std::string& s, std::monostate) { s += '-'; }
void addKey(std::string& s, int64_t v) { s += cat('i', v); }
void addKey(std::string& s, float v) { s += cat('f', std::bit_cast<uint32_t>(v)); }
void addKey(std::string& s, bool v) { s += v ? "b1" : "b0"; }
void addKey(std::string& s, const std::string& v) { s += cat('s', v.size(), ':', v); }
void addKey(std::string& s, DType v) { s += cat('t', int(v)); }
void addKey(std::string& s, const PartialShape& v) { s += v.toString(); }
void addKey(std::string& s, const Tensor& v) {
  s += cat('v', v.describe(), std::bit_cast<uintptr_t>(v.raw()));
}
void addKey(std::string& s, const FunctionRef& v) {
  addKey(s, v.name);
  if (v.attrs) s += attrsKey(*v.attrs);
}
template <typename T>
void addKey(std::string& s, const std::vector<T>& v) {
  s += cat('[', v.size());
  for (const auto& e : v) addKey(s, T(e));
  s += ']';
}

/// Small values count by what they are: each graph holds an epsilon or an axis of its own.
void addKey(std::string& s, const Constant& c) {
  constexpr int64_t kByValue = 4096;
  if (c.known() && isPod(c.dtype) && c.value.numBytes() <= kByValue) {
    s += cat(" v", int(c.dtype), c.shape, int(c.layout));
    s.append(reinterpret_cast<const char*>(c.value.raw()), size_t(c.value.numBytes()));
  } else {
    s += cat(' ', std::bit_cast<uintptr_t>(&c));
  }
}

}  // namespace

std::string attrsKey(const Attrs& attrs) {
  std::string s = "{";
  for (const auto& [name, value] : attrs.all()) {
    s += name;
    s += '=';
    std::visit([&](const auto& v) { addKey(s, v); }, value);
    s += ',';
  }
  return s + '}';
}

Ref<Constant> ConstantPool::fromCheckpoint(const VariableInfo& v) {
  Ref<Constant>& c = byKey_[cat("c", v.slice, '\0', int(v.dtype), v.shape, v.key)];
  if (!c) {
    c = makeRef<Constant>();
    c->dtype = v.dtype;
    c->shape = v.shape;
    c->source = {.kind = WeightSource::kCheckpoint, .key = v.key, .slice = v.slice};
  }
  return c;
}

Ref<Constant> ConstantPool::fromFile(std::string_view file, int64_t offset, int64_t length,
                                     DType dtype, const Shape& shape) {
  Ref<Constant>& c = byKey_[cat("f", offset, ' ', int(dtype), shape, file)];
  if (!c) {
    c = makeRef<Constant>();
    c->dtype = dtype;
    c->shape = shape;
    c->source = {.kind = WeightSource::kFile,
                 .key = std::string(file),
                 .slice = {},
                 .offset = offset,
                 .length = length};
  }
  return c;
}

Ref<Constant> ConstantPool::derived(const OpDef& op, const Attrs& attrs,
                                    std::vector<Ref<Constant>> inputs, DType dtype,
                                    const Shape& shape, int output, int numOutputs) {
  std::string key = cat("d", op.name, attrsKey(attrs), output);
  for (const auto& i : inputs) addKey(key, *i);
  Ref<Constant>& c = byKey_[key];
  if (!c) {
    c = makeRef<Constant>();
    c->dtype = dtype;
    c->shape = shape;
    c->source.kind = WeightSource::kDerived;
    c->derivation =
        std::make_unique<Derivation>(Derivation{&op, attrs, std::move(inputs), output, numOutputs});
  }
  return c;
}

}  // namespace smw
