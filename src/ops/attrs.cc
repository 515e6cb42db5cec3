#include "ops/attrs.h"

namespace smw {

void Attrs::set(std::string_view name, AttrValue value) {
  values_.insert_or_assign(std::string(name), std::move(value));
}

void Attrs::erase(std::string_view name) {
  if (auto it = values_.find(name); it != values_.end()) values_.erase(it);
}

const AttrValue* Attrs::at(std::string_view name) const {
  auto it = values_.find(name);
  return it == values_.end() ? nullptr : &it->second;
}

const AttrValue* Attrs::at(const char* name) const { return at(std::string_view(name)); }

std::string Attrs::getOr(const char* name, const char* fallback) const {
  return getOr(name, std::string(fallback));
}

Error Attrs::wrong(const char* name) const {
  return invalidArgument("attribute '", name, "' is ", has(name) ? "of another type" : "missing");
}

}  // namespace smw
