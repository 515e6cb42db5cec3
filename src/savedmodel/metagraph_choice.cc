#include "savedmodel/metagraph_choice.h"

#include <algorithm>
#include <set>

#include "base/strings.h"

namespace smw {
namespace {

using Tags = std::set<std::string>;

std::string show(const Tags& tags) { return cat("{", join({tags.begin(), tags.end()}), "}"); }

}  // namespace

Result<size_t> chooseMetaGraph(const std::vector<std::vector<std::string>>& available,
                               const std::optional<std::vector<std::string>>& wanted) {
  std::vector<Tags> sets;
  std::vector<std::string> shown;
  for (const auto& tags : available) {
    sets.emplace_back(tags.begin(), tags.end());
    shown.push_back(show(sets.back()));
  }
  if (!wanted && sets.size() == 1) return 0;
  const Tags want = wanted ? Tags(wanted->begin(), wanted->end()) : Tags{"serve"};
  const auto it = std::find(sets.begin(), sets.end(), want);
  if (it != sets.end()) return size_t(it - sets.begin());
  const std::string there = cat("the model has ", join(shown, ", ", 20));
  if (!wanted)
    return fail(
        Error(Code::kNotFound,
              cat("several MetaGraphs and none tagged {serve}: say which tags are meant; ", there))
            .got(join(shown)));
  return fail(
      Error(Code::kNotFound, cat("no MetaGraph has exactly the tags ", show(want), "; ", there))
          .wanted(show(want))
          .got(join(shown)));
}

}  // namespace smw
