#include <algorithm>
#include <vector>

#include "base/sort.h"
#include "ops/families.h"
#include "ops/op_def.h"

namespace smw {

namespace {

std::vector<const OpDef*> collect() {
  std::vector<const OpDef*> all;
  const auto add = [&](std::span<OpFamily* const> families) {
    for (const auto family : families)
      for (const OpDef& d : family()) all.push_back(&d);
  };
  add(kCoreFamilies);
  add(moreFamilies());
  sortBy(all, [](const OpDef* a, const OpDef* b) { return a->name < b->name; });
  return all;
}

}  // namespace

std::span<const OpDef* const> allOps() {
  static const std::vector<const OpDef*> all = collect();
  return all;
}

const OpDef* findOp(std::string_view op) {
  const auto all = allOps();
  const auto it = std::ranges::lower_bound(all, op, {}, &OpDef::name);
  return it != all.end() && (*it)->name == op ? *it : nullptr;
}

}  // namespace smw
