#include "graph/node_key.h"

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

std::string key(const Attrs& attrs, bool notes) {
  std::string s = "{";
  for (const auto& [name, value] : attrs.all()) {
    if (!notes && name.starts_with('_')) continue;
    s += name;
    s += '=';
    std::visit([&](const auto& v) { addKey(s, v); }, value);
    s += ',';
  }
  return s + '}';
}

}  // namespace

std::string attrsKey(const Attrs& attrs) { return key(attrs, true); }

std::string constantKey(const Constant& c) {
  constexpr int64_t kByValue = 4096;
  if (!c.known() || !isPod(c.dtype) || c.value.numBytes() > kByValue)
    return cat(" c", std::bit_cast<uintptr_t>(&c));
  std::string s = cat(" v", int(c.dtype), c.shape, int(c.layout));
  s.append(reinterpret_cast<const char*>(c.value.raw()), size_t(c.value.numBytes()));
  return s;
}

std::string nodeKey(const Node& n) {
  std::string s = n.op;
  for (Output in : n.inputs) s += cat(' ', in.node, ':', in.index);
  return s + (n.constant ? constantKey(*n.constant) : key(n.attrs, false));
}

}  // namespace smw
