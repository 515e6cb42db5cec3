#include "savedmodel/function_bodies.h"

#include "savedmodel/wire_fields.h"

namespace smw {

FunctionBodies::FunctionBodies(const std::vector<std::string>& bodies) {
  constexpr uint32_t kSignature = 1, kName = 1;  // of FunctionDef; of OpDef
  all_.reserve(bodies.size());
  for (const std::string& b : bodies) {
    all_.push_back({firstField(firstField(b, kSignature), kName), b});
    byName_.try_emplace(all_.back().name, int(all_.size()) - 1);
  }
}

int FunctionBodies::find(std::string_view name) const {
  const auto it = byName_.find(name);
  return it == byName_.end() ? -1 : it->second;
}

}  // namespace smw
