#include "exceptions.h"

#include <algorithm>

#include "json.h"

namespace smw::conformance {

namespace {

const Json& exceptions() {
  static const Json list = readJson(SMW_SOURCE_DIR "/tests/conformance/exceptions.json");
  return list;
}

}  // namespace

Tolerance toleranceFor(std::string_view op, DType dtype) {
  for (const Json& e : exceptions()["tolerances"].items)
    if (e["op"].text == op && e["dtype"].text == dtypeName(dtype))
      return {e["rtol"].number, e["rtol"].number, 0};
  return opTolerance(dtype);
}

Tolerance toleranceFor(std::string_view model, std::string_view output, DType dtype, double noise) {
  for (const Json& e : exceptions()["models"].items)
    if (e["model"].text == model && e["output"].text == output)
      return {e["rtol"].number, e["rtol"].number, 1e-6};
  return modelTolerance(dtype, noise);
}

std::optional<std::string> skipReason(std::string_view op, const Attrs& attrs, bool isError) {
  for (const Json& s : exceptions()["skips"].items) {
    if (s["op"].text != op || (s["error"].truth && !isError)) continue;
    if (std::ranges::all_of(s["attr"].members, [&](const auto& a) {
          return attrs.getOr(a.first.c_str(), std::string()) == a.second.text;
        }))
      return s["reason"].text;
  }
  return std::nullopt;
}

}  // namespace smw::conformance
