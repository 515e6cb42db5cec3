// What became of a case, and the counts of many.
#pragma once

#include <string>
#include <vector>

namespace smw::conformance {

enum class Verdict : char { kPassed, kFailed, kUnsupported, kCrashed, kSkipped };
inline constexpr const char* kVerdictNames[] = {"passed", "failed", "unsupported", "crashed",
                                                "skipped"};

struct Outcome {
  Verdict verdict = Verdict::kPassed;
  std::string message{};  // the first difference, or the error
};

/// One line of the report: an op or a model.
struct Row {
  std::string kind, name, path;
  int counts[5] = {};
  std::string first{};  // of the first case that did not pass

  void add(const Outcome& o) {
    ++counts[size_t(o.verdict)];
    if (first.empty() && o.verdict != Verdict::kPassed) first = o.message;
  }
};

/// "Conv2D  passed 18, failed 2: ..." on standard output.
void printRow(const Row& row);
/// Totals, ending in "N passed, N failed, N skipped"; what is unsupported or crashed counts as
/// failed there. True where nothing failed.
bool printTotals(const std::vector<Row>& rows);
bool writeJson(const std::string& file, const std::vector<Row>& rows);

}  // namespace smw::conformance
