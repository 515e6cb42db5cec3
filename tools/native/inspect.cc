// inspect FOLDER...: what is in a SavedModel, as JSON, a line for each.
#include <cstdio>

#include "savedmodel/info.h"
#include "vfs/native_files.h"

namespace smw {
namespace {

Result<std::string> inspect(const char* folder) {
  NativeFiles files;
  SMW_TRY(files.addDirectory(folder));
  SavedModelReader reader(files.vfs(), {.choose = false});
  SMW_TRY(runLoader(reader, files));
  return describeModel(reader, files.vfs()).toJson();
}

}  // namespace
}  // namespace smw

int main(int argc, char** argv) {
  int failed = 0;
  for (int i = 1; i < argc; ++i) {
    const auto json = smw::inspect(argv[i]);
    std::puts(json ? json->c_str() : json.error().toJson().c_str());
    failed += !json;
  }
  return failed > 0;
}
