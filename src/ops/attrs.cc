#include "ops/attrs.h"

namespace smw {

const Attrs::Values& Attrs::all() const {
  static const Values kNone;
  return shared_ ? shared_->values : kNone;
}

Attrs::Values& Attrs::own() {
  if (!shared_.unique()) shared_ = makeRef<Shared>(all());
  return shared_->values;
}

void Attrs::set(std::string_view name, AttrValue value) {
  own().insert_or_assign(std::string(name), std::move(value));
}

void Attrs::erase(std::string_view name) {
  if (has(name)) own().erase(own().find(name));
}

const AttrValue* Attrs::at(std::string_view name) const {
  if (!shared_) return nullptr;
  const auto it = shared_->values.find(name);
  return it == shared_->values.end() ? nullptr : &it->second;
}

const AttrValue* Attrs::at(const char* name) const { return at(std::string_view(name)); }

std::string Attrs::getOr(const char* name, const char* fallback) const {
  return getOr(name, std::string(fallback));
}

Error Attrs::wrong(const char* name) const {
  return invalidArgument("attribute '", name, "' is ", has(name) ? "of another type" : "missing");
}

}  // namespace smw
