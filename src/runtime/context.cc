#include "runtime/context.h"

#include <algorithm>

#include "base/strings.h"

namespace smw {

uint64_t RuntimeContext::freshSeed() {
  // splitmix64
  uint64_t z = (seed_ += 0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

Result<Ref<Resource>> RuntimeContext::findOrCreate(std::string_view container,
                                                   std::string_view name,
                                                   std::function<Result<Ref<Resource>>()> create) {
  std::string key = cat(container, '\0', name);
  if (auto it = resources_.find(key); it != resources_.end()) return it->second;
  Ref<Resource> made = SMW_TRY(create());
  resources_.emplace(std::move(key), made);
  return made;
}

Result<std::optional<Tensor>> RuntimeContext::restore(std::string_view prefix,
                                                      std::string_view name,
                                                      std::string_view shapeAndSlice, DType dtype) {
  if (!bundle_)
    return notFound("the model has no checkpoint to restore '", name, "' of '", prefix, "' from");
  std::string key = cat(name, '\0', shapeAndSlice, '\0', int(dtype));
  auto [it, isNew] = restored_.try_emplace(std::move(key));
  Restored& r = it->second;
  if (!isNew && !weights_) {
    Tensor t = r.sink.tensor();
    if (--r.takers <= 0) restored_.erase(it);
    return std::optional(std::move(t));
  }
  ++r.takers;
  if (!isNew) return std::nullopt;
  if (!weights_)
    weights_ = std::make_unique<WeightLoader>(vfs_, WeightLoaderOptions{.verify = verify_});
  auto s = weights_->wantTensor(*bundle_, name, shapeAndSlice, dtype, std::nullopt, r.sink);
  if (!s) {
    restored_.erase(it);
    return std::move(s).error();
  }
  return std::nullopt;
}

Result<std::optional<std::string>> RuntimeContext::read(std::string_view path) {
  const FileId id = SMW_TRY(vfs_.open(path));
  if (const std::string* bytes = vfs_.contents(id)) return *bytes;
  if (std::ranges::find(wantedFiles_, id) == wantedFiles_.end()) wantedFiles_.push_back(id);
  return std::nullopt;
}

Result<LoadStep> RuntimeContext::fetch() {
  if (!wantedFiles_.empty() && !fileLoader_)
    fileLoader_ = std::make_unique<FileLoader>(vfs_, std::exchange(wantedFiles_, {}));
  if (fileLoader_) {
    LoadStep s = SMW_TRY(fileLoader_->step());
    if (!s.done()) return s;
    fileLoader_.reset();
  }
  if (weights_) {
    LoadStep s = SMW_TRY(weights_->step());
    if (!s.done()) return s;
    weights_.reset();
  }
  return LoadStep{};
}

void RuntimeContext::forgetFetches() {
  weights_.reset();  // it fills the sinks
  restored_.clear();
  fileLoader_.reset();
  wantedFiles_.clear();
}

}  // namespace smw
