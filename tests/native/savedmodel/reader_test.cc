#include "savedmodel/reader.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/strings.h"
#include "proto/meta_graph.pb.h"
#include "savedmodel/info.h"
#include "savedmodel/metagraph_choice.h"
#include "savedmodel/root.h"
#include "savedmodel/weight_loader.h"
#include "support/attr.h"
#include "vfs/memory_files.h"
#include "vfs/native_files.h"

namespace smw {
namespace {

using Tags = std::vector<std::string>;

std::string fixture(const std::string& name) {
  return cat(SMW_SOURCE_DIR "/tests/fixtures/", name);
}

// What a load that reads every tensor ends with.
Status loadAll(const std::string& folder) {
  NativeFiles files;
  SMW_TRY(files.addDirectory(folder));
  SavedModelReader reader(files.vfs(), {});
  SMW_TRY(runLoader(reader, files));
  if (!reader.checkpoint()) return notFound("no checkpoint");
  WeightLoader loader(files.vfs());
  std::vector<TensorSink> sinks(reader.checkpoint()->entries().size());
  for (size_t i = 0; i < sinks.size(); ++i)
    if (const BundleEntry& e = reader.checkpoint()->entries()[i]; !e.isPart())
      SMW_TRY(loader.wantTensor(*reader.checkpoint(), e.key, "", {}, {}, sinks[i]));
  return runLoader(loader, files);
}

struct Broken {
  const char* name;
  Code code;
  const char* file;
  const char* says;
};
void PrintTo(const Broken& b, std::ostream* out) { *out << b.name; }

class BrokenModels : public ::testing::TestWithParam<Broken> {};
TEST_P(BrokenModels, AreNamed) {
  const Broken& b = GetParam();
  const Status s = loadAll(fixture(cat("broken/", b.name)));
  ASSERT_FALSE(s);
  EXPECT_EQ(s.error().code(), b.code) << s.error().message();
  EXPECT_EQ(s.error().file(), b.file) << s.error().message();
  EXPECT_NE(s.error().message().find(b.says), std::string::npos) << s.error().message();
}
constexpr const char* kPb = "saved_model.pb";
constexpr const char* kIndex = "variables/variables.index";
constexpr const char* kShard = "variables/variables.data-00000-of-00001";
INSTANTIATE_TEST_SUITE_P(
    Fixtures, BrokenModels,
    ::testing::Values(Broken{"cut_index", Code::kDataLoss, kIndex, "cut off"},
                      Broken{"empty_index", Code::kDataLoss, kIndex, "cut off"},
                      Broken{"index_flipped_bit", Code::kDataLoss, kIndex, ""},
                      Broken{"index_wrong_magic", Code::kDataLoss, kIndex, "magic"},
                      Broken{"no_index", Code::kNotFound, kIndex, "incomplete"},
                      Broken{"no_shard", Code::kNotFound, kShard, "missing"},
                      Broken{"short_shard", Code::kDataLoss, kShard, "cut off"},
                      Broken{"shard_flipped_bit", Code::kDataLoss, kShard, "checksum"},
                      Broken{"cut_saved_model_pb", Code::kDataLoss, kPb, "cut off"},
                      Broken{"empty_saved_model_pb", Code::kDataLoss, kPb, "empty"},
                      Broken{"no_meta_graph", Code::kInvalidArgument, kPb, "no MetaGraph"},
                      Broken{"text_in_saved_model_pb", Code::kInvalidArgument, kPb, "HTML"},
                      Broken{"no_saved_model_pb", Code::kNotFound, kPb, "folder above"}));

TEST(Reader, InspectsAModelWithoutItsShard) {
  NativeFiles files;
  ASSERT_TRUE(files.addDirectory(fixture("broken/no_shard")));
  SavedModelReader reader(files.vfs(), {.choose = false});
  ASSERT_TRUE(runLoader(reader, files));
  const SavedModelInfo info = describeModel(reader, files.vfs());
  EXPECT_FALSE(info.hasCheckpoint);
  EXPECT_NE(info.checkpointError.find("is missing"), std::string::npos);
  EXPECT_FALSE(info.metaGraphs[0].signatures.empty());
}

TEST(Reader, FrozenWeightsAreReadOnce) {
  // A node with 3 MB and one with 40 KB of content, and a function with one that is small.
  tensorflow::SavedModel m;
  auto* graph = m.add_meta_graphs()->mutable_graph_def();
  std::vector<std::string> contents;
  for (const size_t bytes : {3000000, 40000, 9000004}) {
    contents.emplace_back(bytes, '\0');
    for (size_t i = 0; i < bytes; ++i) contents.back()[i] = char(i * 31 + i / 1000);
    auto* n = graph->add_node();
    n->set_name(cat("c", contents.size()));
    n->set_op("Const");
    mutableAttr(n, "value").mutable_tensor()->set_tensor_content(contents.back());
  }
  MemoryFiles files;
  const std::string bytes = m.SerializeAsString();
  ASSERT_TRUE(files.add("saved_model.pb", bytes));
  SavedModelReader reader(files.vfs(), {});
  ASSERT_TRUE(runLoader(reader, files));
  EXPECT_EQ(reader.checkpoint(), nullptr);
  EXPECT_LT(files.bytesRead(), int64_t(6) << 20);
  WeightLoader loader(files.vfs());
  std::vector<TensorSink> sinks(3);
  for (int i = 0; i < 3; ++i) {
    const auto& t = attrAt(reader.metaGraph().graph_def().node(i), "value").tensor();
    ASSERT_EQ(t.content_length(), int64_t(contents[size_t(i)].size()));
    ASSERT_TRUE(loader.wantContent(reader.modelFile(), t.content_offset(), t.content_length(),
                                   DType::kFloat, Shape{t.content_length() / 4}, "c",
                                   sinks[size_t(i)], &reader.contentHeads()));
  }
  ASSERT_TRUE(runLoader(loader, files));
  for (size_t i = 0; i < 3; ++i)
    EXPECT_TRUE(std::ranges::equal(std::as_bytes(sinks[i].tensor().span<float>()),
                                   std::as_bytes(std::span(contents[i]))))
        << i;
  EXPECT_EQ(files.bytesRead(), int64_t(bytes.size()));
  EXPECT_EQ(reader.contentHeads().bytes(), 0);
}

TEST(Reader, ReadErrorsComeThrough) {
  class Failing : public FileDriver {
    Status read(const ReadRequest&) override {
      return fail(Error(Code::kUnavailable, "the disk is gone"));
    }
  } failing;
  NativeFiles files;
  ASSERT_TRUE(files.addDirectory(fixture("reader/v2_counter")));
  SavedModelReader reader(files.vfs(), {});
  EXPECT_EQ(runLoader(reader, failing).error().code(), Code::kUnavailable);
}

TEST(MetaGraphChoice, AsTensorFlow) {
  const std::vector<Tags> two = {{"serve"}, {"serve", "gpu"}};
  EXPECT_EQ(chooseMetaGraph(two, Tags{"gpu", "serve"}).value(), 1u);
  EXPECT_EQ(chooseMetaGraph(two, Tags{"serve"}).value(), 0u);
  EXPECT_EQ(chooseMetaGraph(two, std::nullopt).value(), 0u);
  EXPECT_EQ(chooseMetaGraph({{"train"}}, std::nullopt).value(), 0u);
  EXPECT_EQ(chooseMetaGraph({{}}, Tags{}).value(), 0u);
  const auto none = chooseMetaGraph(two, Tags{"gpu"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), Code::kNotFound);
  EXPECT_EQ(none.error().actual(), "{serve}, {gpu, serve}");
  EXPECT_FALSE(chooseMetaGraph({{"train"}}, Tags{"serve"}));
  EXPECT_FALSE(chooseMetaGraph({{"a"}, {"b"}}, std::nullopt));
}

TEST(Root, IsFoundWhereverItLies) {
  const auto root = [](std::vector<std::string> paths) {
    VirtualFileSystem vfs;
    for (const auto& p : paths) EXPECT_TRUE(vfs.add(p, 1));
    return findRoot(vfs);
  };
  EXPECT_EQ(root({"saved_model.pb", "assets/saved_model.pb"}).value(), "");
  EXPECT_EQ(
      root({"readme", "export/1/saved_model.pb", "export/1/variables/variables.index"}).value(),
      "export/1");
  EXPECT_EQ(root({"m/saved_model.pbtxt"}).value(), "m");
  const auto several = root({"a/1/saved_model.pb", "a/2/saved_model.pb", "x"});
  EXPECT_EQ(several.error().code(), Code::kInvalidArgument);
  EXPECT_NE(several.error().message().find("a/1, a/2"), std::string::npos);
  const auto says = [&](std::vector<std::string> paths, std::string_view what) {
    const auto r = root(std::move(paths));
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code(), Code::kNotFound);
    EXPECT_NE(r.error().message().find(what), std::string::npos) << r.error().message();
  };
  says({}, "no files");
  says({"a.txt", "b.txt"}, "a.txt, b.txt");
  says({"variables.index", "variables.data-00000-of-00001"}, "folder above");
  says({"m/model.tflite"}, "TensorFlow Lite");
  says({"model.keras"}, "Keras");
  says({"model.json", "group1-shard1of1.bin"}, "TensorFlow.js");
}

TEST(Info, TellsWhatSavedModelCliTells) {
  NativeFiles files;
  ASSERT_TRUE(files.addDirectory(fixture("models/wine_tabular")));
  SavedModelReader reader(files.vfs(), {.choose = false});
  ASSERT_TRUE(runLoader(reader, files));
  const SavedModelInfo info = describeModel(reader, files.vfs());
  ASSERT_EQ(info.metaGraphs.size(), 1u);
  const MetaGraphInfo& m = info.metaGraphs[0];
  EXPECT_EQ(m.tags, Tags{"serve"});
  EXPECT_TRUE(m.tensorflowVersion.starts_with("2."));
  const auto serving = std::find_if(m.signatures.begin(), m.signatures.end(),
                                    [](auto& s) { return s.name == "serving_default"; });
  ASSERT_NE(serving, m.signatures.end());
  EXPECT_EQ(serving->methodName, "tensorflow/serving/predict");
  ASSERT_EQ(serving->inputs.size(), 13u);
  for (const TensorFact& t : serving->inputs) {
    EXPECT_EQ(t.dtype, DType::kFloat);
    EXPECT_EQ(t.shape.toString(), "[?,1]");
    EXPECT_EQ(t.name, cat("serving_default_", t.key, ":0"));
  }
  EXPECT_EQ(serving->outputs[0].shape.toString(), "[?,3]");
  EXPECT_TRUE(info.hasCheckpoint);
  EXPECT_FALSE(info.fingerprint.empty());
  EXPECT_FALSE(m.functions.empty());
  EXPECT_FALSE(m.initOp.empty());
  EXPECT_NE(info.toJson().find("\"dtype\":\"float32\""), std::string::npos);
}

TEST(Info, Assets) {
  NativeFiles files;
  ASSERT_TRUE(files.addDirectory(fixture("reader/v2_assets")));
  SavedModelReader reader(files.vfs(), {});
  ASSERT_TRUE(runLoader(reader, files));
  const auto assets = reader.assets();
  ASSERT_FALSE(assets.empty());
  for (const ModelAsset& a : assets) EXPECT_TRUE(files.vfs().find(a.path)) << a.path;
}

}  // namespace
}  // namespace smw
