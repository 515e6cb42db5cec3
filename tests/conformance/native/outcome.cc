#include "outcome.h"

#include <cstdio>

#include "base/strings.h"

namespace smw::conformance {

namespace {

void addUp(const std::vector<Row>& rows, int (&totals)[5]) {
  for (const Row& r : rows)
    for (size_t i = 0; i < 5; ++i) totals[i] += r.counts[i];
}

std::string countsJson(const int (&counts)[5]) {
  std::string s;
  for (size_t i = 0; i < 5; ++i) s += cat(i ? ", " : "", "\"", kVerdictNames[i], "\": ", counts[i]);
  return s;
}

}  // namespace

void printRow(const Row& row) {
  std::string s = row.name;
  for (size_t i = 0; i < 5; ++i)
    if (row.counts[i] || i == 0) s += cat(i ? ", " : "  ", kVerdictNames[i], " ", row.counts[i]);
  if (!row.first.empty()) s += cat(": ", row.first.substr(0, row.first.find('\n')));
  std::printf("%s\n", s.c_str());
}

bool printTotals(const std::vector<Row>& rows) {
  int totals[5] = {}, clean = 0;
  addUp(rows, totals);
  for (const Row& r : rows) clean += r.counts[1] + r.counts[2] + r.counts[3] == 0;
  std::printf("%d of %zu rows without a failure;", clean, rows.size());
  for (size_t i = 0; i < 5; ++i)
    std::printf(" %s %d%s", kVerdictNames[i], totals[i], i < 4 ? "," : "\n");
  const int failed = totals[1] + totals[2] + totals[3];
  std::printf("%d passed, %d failed, %d skipped\n", totals[0], failed, totals[4]);
  return failed == 0;
}

bool writeJson(const std::string& file, const std::vector<Row>& rows) {
  int totals[5] = {};
  addUp(rows, totals);
  std::string s = cat("{\n  \"totals\": { ", countsJson(totals), " },\n  \"rows\": [\n");
  for (size_t i = 0; i < rows.size(); ++i) {
    const Row& r = rows[i];
    s += cat("    { \"kind\": ", jsonQuote(r.kind), ", \"name\": ", jsonQuote(r.name),
             ", \"path\": ", jsonQuote(r.path), ", ", countsJson(r.counts),
             ", \"first\": ", jsonQuote(r.first), " }", i + 1 < rows.size() ? ",\n" : "\n");
  }
  s += "  ]\n}\n";
  std::FILE* f = std::fopen(file.c_str(), "wb");
  if (!f) return false;
  const bool ok = std::fwrite(s.data(), 1, s.size(), f) == s.size();
  return std::fclose(f) == 0 && ok;
}

}  // namespace smw::conformance
