// conformance_native DIR|FILE ... [--only A,B] [--list FILE] [--json FILE] [--seconds N] [-v]
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/strings.h"
#include "child.h"
#include "model_cases.h"
#include "op_cases.h"

namespace smw::conformance {
namespace {

namespace fs = std::filesystem;

/// The time limit of a model's case against that of an op's.
constexpr double kModelPatience = 6;

struct Options {
  std::vector<std::string> roots;
  std::set<std::string> only;
  std::string json;
  double seconds = 20;
  bool verbose = false;
};

void addNames(std::string_view names, std::set<std::string>& to) {
  while (!names.empty()) {
    const size_t end = names.find_first_of(", \n\r\t");
    if (end > 0) to.emplace(names.substr(0, end));
    names = end == names.npos ? std::string_view() : names.substr(end + 1);
  }
}

int usage() {
  std::fputs(
      "usage: conformance_native DIR|FILE ... [--only A,B] [--list FILE] [--json FILE] "
      "[--seconds N] [-v]\n",
      stderr);
  return 2;
}

bool parse(int argc, char** argv, Options& o) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view a = argv[i];
    const auto next = [&] { return i + 1 < argc ? argv[++i] : ""; };
    if (a == "--only") {
      addNames(next(), o.only);
    } else if (a == "--list") {
      std::ifstream in(next());
      if (!in) return false;
      addNames(std::string(std::istreambuf_iterator<char>(in), {}), o.only);
    } else if (a == "--json") {
      o.json = next();
    } else if (a == "--seconds") {
      o.seconds = std::atof(next());
    } else if (a == "-v") {
      o.verbose = true;
    } else if (a.starts_with("-")) {
      return false;
    } else {
      o.roots.emplace_back(a);
    }
  }
  return !o.roots.empty();
}

/// What lies at or below `root`: case.json of models, and op cases, which are .pb files that are no
/// part of a model.
void findCases(const fs::path& root, std::set<fs::path>& files) {
  std::error_code ec;
  if (!fs::is_directory(root, ec)) {
    files.insert(root);
    return;
  }
  if (fs::exists(root / "case.json", ec)) {
    files.insert(root / "case.json");
    return;
  }
  if (fs::exists(root / "saved_model.pb", ec) || fs::exists(root / "saved_model.pbtxt", ec)) return;
  for (const auto& e : fs::directory_iterator(root, ec)) {
    if (e.is_directory(ec))
      findCases(e.path(), files);
    else if (e.path().extension() == ".pb" && e.path().filename() != "fingerprint.pb" &&
             e.path().filename() != "keras_metadata.pb")
      files.insert(e.path());
  }
}

Row runOps(const fs::path& path, const opcases::OpCaseFile& file, const Options& o) {
  Row row{"op", path.stem().string(), path.string()};
  runInChildren(
      file.case__size(), o.seconds, [&](int i) { return runOpCase(file.case_(i)); },
      [&](int i, const Outcome& outcome) {
        row.add(outcome);
        if (o.verbose && outcome.verdict != Verdict::kPassed)
          std::printf("%s case %d %s: %s\n%s", row.name.c_str(), i,
                      kVerdictNames[size_t(outcome.verdict)], outcome.message.c_str(),
                      describeCase(file.case_(i)).c_str());
      });
  return row;
}

Row runOpFile(const fs::path& path, const Options& o) {
  opcases::OpCaseFile file;
  if (readOpCases(path.string(), file)) return runOps(path, file, o);
  Row row{"op", path.stem().string(), path.string()};
  row.add({Verdict::kFailed, "the file holds no op cases"});
  return row;
}

Row runModel(const fs::path& path, const Options& o) {
  const Json about = readJson(path.string());
  Row row{kindOfModel(about), path.parent_path().filename().string(), path.string()};
  ModelRunner runner(about, path.parent_path().string());
  runInChildren(
      runner.count(), kModelPatience * o.seconds, [&](int i) { return runner.run(i); },
      [&](int i, const Outcome& outcome) {
        row.add(outcome);
        if (o.verbose && outcome.verdict != Verdict::kPassed)
          std::printf("%s case %d %s: %s\n", row.name.c_str(), i,
                      kVerdictNames[size_t(outcome.verdict)], outcome.message.c_str());
      });
  return row;
}

int run(const Options& o) {
  std::set<fs::path> files;
  for (const auto& root : o.roots) findCases(root, files);
  std::vector<Row> rows;
  for (const fs::path& path : files) {
    const bool model = path.filename() == "case.json";
    const fs::path name = model ? path.parent_path().filename() : path.stem();
    if (!o.only.empty() && !o.only.contains(name.string())) continue;
    rows.push_back(model ? runModel(path, o) : runOpFile(path, o));
    printRow(rows.back());
  }
  const bool good = printTotals(rows);
  if (!o.json.empty() && !writeJson(o.json, rows)) {
    std::fprintf(stderr, "cannot write %s\n", o.json.c_str());
    return 2;
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace smw::conformance

int main(int argc, char** argv) {
  smw::conformance::Options o;
  if (!smw::conformance::parse(argc, argv, o)) return smw::conformance::usage();
  return smw::conformance::run(o);
}
