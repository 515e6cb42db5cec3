// Every SavedModel of a folder of real ones (SMW_MODELS, or shared/models beside this repository):
// it is read, each tensor of its checkpoint passes its checksum, each byte is read once. Skipped
// where there is no such folder.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <set>

#include "base/strings.h"
#include "proto/meta_graph.pb.h"
#include "savedmodel/info.h"
#include "savedmodel/object_restore.h"
#include "savedmodel/reader.h"
#include "savedmodel/restore_trace.h"
#include "savedmodel/root.h"
#include "savedmodel/weight_loader.h"
#include "vfs/native_files.h"
#include "vfs/path.h"

namespace smw {
namespace {

class CountingDriver : public FileDriver {
 public:
  explicit CountingDriver(FileDriver& inner) : inner_(inner) {}
  Status read(const ReadRequest& r) override {
    bytes[r.file] += r.length;
    return inner_.read(r);
  }
  std::map<FileId, int64_t> bytes;

 private:
  FileDriver& inner_;
};

void readModel(const std::string& folder, const std::string& root) {
  SCOPED_TRACE(root);
  NativeFiles one;
  ASSERT_TRUE(one.addDirectory(cat(folder, "/", root)));
  CountingDriver driver(one);
  SavedModelReader reader(one.vfs(), {.choose = false, .objects = true});
  const Status s = runLoader(reader, driver);
  ASSERT_TRUE(s) << s.error().toJson();
  const SavedModelInfo info = describeModel(reader, one.vfs());
  EXPECT_LE(info.schemaVersion, 1);
  EXPECT_EQ(info.checkpointError, "");
  ASSERT_FALSE(info.metaGraphs.empty());
  EXPECT_GT(info.toJson().size(), 100u);
  for (const auto& m : reader.metaGraphs()) {
    const RestoreTrace trace = traceRestore(*m);
    std::set<std::string> assigned;
    if (!reader.checkpoint()) continue;
    for (const RestoredVariable& v : trace.variables) {
      EXPECT_NE(reader.checkpoint()->find(v.key), nullptr) << v.key;
      EXPECT_TRUE(assigned.insert(v.node).second) << v.node << " is restored twice";
    }
    for (const UntracedRestore& u : trace.untraced)
      EXPECT_EQ(u.op, "LookupTableImportV2") << u.node << ' ' << u.inner;
    if (reader.checkpointObjects()) {
      const auto list = keysOfObjects(m->object_graph_def(), *reader.checkpointObjects());
      const std::set<std::string> keys(list.begin(), list.end());
      for (const RestoredVariable& v : trace.variables)  // slots belong to pairs of objects
        if (v.key.find(".OPTIMIZER_SLOT") == std::string::npos)
          EXPECT_TRUE(keys.contains(v.key)) << v.key << " belongs to no object";
    }
  }
  if (!reader.checkpoint()) return;
  CountingDriver weights(one);
  WeightLoader loader(one.vfs());
  std::vector<std::unique_ptr<TensorSink>> sinks;
  for (const BundleEntry& e : reader.checkpoint()->entries()) {
    if (e.isPart()) continue;
    sinks.push_back(std::make_unique<TensorSink>());
    const Status wanted =
        loader.wantTensor(*reader.checkpoint(), e.key, "", e.dtype, e.shape, *sinks.back());
    ASSERT_TRUE(wanted) << wanted.error().toJson();
  }
  const Status loaded = runLoader(loader, weights);
  ASSERT_TRUE(loaded) << loaded.error().toJson();
  EXPECT_EQ(loader.bytesDone(), loader.bytesWanted());
  for (const auto& [file, bytes] : weights.bytes)
    EXPECT_LE(bytes, one.vfs().size(file)) << one.vfs().path(file);
}

void readAll(const std::string& folder) {
  struct stat st;
  if (::stat(folder.c_str(), &st) != 0) GTEST_SKIP() << "no folder " << folder;
  NativeFiles files;
  ASSERT_TRUE(files.addDirectory(folder));
  for (const std::string& root : findRoots(files.vfs())) readModel(folder, root);
}

TEST(RealModels, FixturesForTheReader) { readAll(SMW_SOURCE_DIR "/tests/fixtures/reader"); }
TEST(RealModels, Functions) { readAll(SMW_SOURCE_DIR "/tests/fixtures/functions"); }
TEST(RealModels, Layers) { readAll(SMW_SOURCE_DIR "/tests/fixtures/layers"); }
TEST(RealModels, Samples) { readAll(SMW_SOURCE_DIR "/tests/fixtures/models"); }
TEST(RealModels, FromElsewhere) {
  const char* folder = std::getenv("SMW_MODELS");
  readAll(folder ? folder : SMW_SOURCE_DIR "/../shared/models");
}

}  // namespace
}  // namespace smw
