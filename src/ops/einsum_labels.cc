#include "ops/einsum_labels.h"

#include <algorithm>

#include "base/strings.h"

namespace smw {

namespace {

constexpr Label kEllipsis = -1;

/// "ab..." as labels, with kEllipsis for the dots.
Result<std::vector<Label>> subscripts(std::string_view text) {
  std::vector<Label> labels;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ') continue;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      labels.push_back(c);
    } else if (text.substr(i, 3) == "...") {
      if (std::ranges::count(labels, kEllipsis))
        return invalidArgument("more than one ellipsis in subscripts '", text, "'");
      labels.push_back(kEllipsis);
      i += 2;
    } else {
      return invalidArgument("invalid character in subscripts '", text, "'");
    }
  }
  return labels;
}

/// Puts the labels of `rank` dimensions in place of the ellipsis.
void expand(std::vector<Label>& labels, int rank) {
  const auto at = std::ranges::find(labels, kEllipsis);
  if (at == labels.end()) return;
  std::vector<Label> dims;
  // fits: labels of at most 254 dimensions.
  for (int d = rank - 1; d >= 0; --d) dims.push_back(kFirstEllipsisLabel + d);
  labels.insert(labels.erase(at), dims.begin(), dims.end());
}

Status addSize(EinsumLabels& e, Label l, int64_t size) {
  const auto at = std::ranges::find(e.sizes, l, &std::pair<Label, int64_t>::first);
  if (at == e.sizes.end()) {
    e.sizes.emplace_back(l, size);
  } else if (l >= kFirstEllipsisLabel && (at->second == 1 || size == 1)) {
    if (size != 1) at->second = size;
  } else if (at->second != size) {
    return invalidArgument("einsum: dimensions of sizes ", at->second, " and ", size,
                           " stand under the same subscript");
  }
  return {};
}

}  // namespace

int64_t EinsumLabels::sizeOf(Label l) const {
  return std::ranges::find(sizes, l, &std::pair<Label, int64_t>::first)->second;
}

Result<EinsumLabels> parseEinsum(std::string_view equation, std::span<const Shape> shapes) {
  const size_t arrow = equation.find("->");
  if (arrow == equation.npos || equation.find("->", arrow + 2) != equation.npos)
    return invalidArgument("einsum: exactly one '->' is expected in '", equation, "'");
  EinsumLabels e;
  std::string_view rest = equation.substr(0, arrow);
  for (;;) {
    const size_t comma = rest.find(',');
    e.inputs.push_back(SMW_TRY(subscripts(rest.substr(0, comma))));
    if (comma == rest.npos) break;
    rest.remove_prefix(comma + 1);
  }
  e.output = SMW_TRY(subscripts(equation.substr(arrow + 2)));
  if (e.inputs.size() != shapes.size())
    return invalidArgument("einsum: equation '", equation, "' is of ", e.inputs.size(),
                           " operands, got ", shapes.size());
  int covered = 0;  // dimensions under "..."
  for (size_t i = 0; i < shapes.size(); ++i) {
    auto& labels = e.inputs[i];
    const int dots = int(std::ranges::count(labels, kEllipsis));
    const int under = shapes[i].rank() - (int(labels.size()) - dots);
    if (under < 0 || (!dots && under > 0))
      return invalidArgument("einsum: operand ", i, " of shape ", shapes[i],
                             " does not fit equation '", equation, "'");
    covered = std::max(covered, under);
    expand(labels, under);
    for (size_t d = 0; d < labels.size(); ++d) SMW_TRY(addSize(e, labels[d], shapes[i][int(d)]));
  }
  if (covered > 0 && !std::ranges::count(e.output, kEllipsis))
    return invalidArgument("einsum: the ellipsis of the inputs is missing in the output of '",
                           equation, "'");
  expand(e.output, covered);
  for (Label l : e.output)
    if (std::ranges::find(e.sizes, l, &std::pair<Label, int64_t>::first) == e.sizes.end())
      return invalidArgument("einsum: an output subscript of '", equation, "' stands in no input");
  return e;
}

}  // namespace smw
