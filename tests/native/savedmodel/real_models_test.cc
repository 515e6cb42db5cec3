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

std::string modelsFolder() {
  if (const char* folder = std::getenv("SMW_MODELS")) return folder;
  return SMW_SOURCE_DIR "/../shared/models";
}

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

void readModel(const std::string& root) {
  SCOPED_TRACE(root);
  NativeFiles one;
  ASSERT_TRUE(one.addDirectory(cat(modelsFolder(), "/", root)));
  CountingDriver driver(one);
  SavedModelReader reader(one.vfs(), {.choose = false});
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
    std::set<std::string> restored;
    for (const RestoredVariable& v : trace.variables) restored.insert(v.key);
    for (const BundleEntry& e : reader.checkpoint()->entries())
      if (trace.hasRestoreOp && !e.isPart() && e.key != kObjectGraphKey &&
          !restored.contains(e.key))
        printf("  %s: nothing restores %s\n", root.c_str(), e.key.c_str());
    for (const UntracedRestore& u : trace.untraced)
      printf("  %s: %s (%s) %s/%s: %s\n", root.c_str(), u.node.c_str(), u.op.c_str(),
             u.function.c_str(), u.inner.c_str(), u.reason.c_str());
    if (reader.checkpointObjects()) {
      std::set<std::string> keys;
      for (const ObjectTensor& t : matchObjects(m->object_graph_def(), *reader.checkpointObjects()))
        keys.insert(t.key);
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

TEST(RealModels, AreRead) {
  struct stat st;
  if (::stat(modelsFolder().c_str(), &st) != 0) GTEST_SKIP() << "no folder " << modelsFolder();
  NativeFiles files;
  ASSERT_TRUE(files.addDirectory(modelsFolder()));
  const std::vector<std::string> roots = findRoots(files.vfs());
  for (const std::string& root : roots) readModel(root);
  printf("%zu models\n", roots.size());
}

}  // namespace
}  // namespace smw
