#include "savedmodel/pb_scanner.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "proto/meta_graph.pb.h"
#include "savedmodel/wire.h"
#include "support/attr.h"

namespace smw {
namespace {

using tensorflow::MetaGraphDef;
using tensorflow::SavedModel;

std::span<const std::byte> bytes(std::string_view s) { return std::as_bytes(std::span(s)); }

// Feeds `file` in pieces of `piece` bytes, from wherever the scanner wants to go on.
Result<std::vector<std::string>> scan(const std::string& file, size_t piece,
                                      ContentHeads* heads = nullptr, int64_t* fed = nullptr,
                                      ScanLimits limits = {.wholeFunction = -1,
                                                           .wholeObjects = -1}) {
  PbScanner scanner("saved_model.pb", int64_t(file.size()), heads, limits);
  if (file.empty()) SMW_TRY(scanner.feed({}));
  while (!scanner.done()) {
    const auto at = size_t(scanner.position());
    const std::string_view part = std::string_view(file).substr(at, piece);
    if (fed) *fed += int64_t(part.size());
    SMW_TRY(scanner.feed(bytes(part)));
  }
  return std::move(scanner.metaGraphs());
}

SavedModel sample(size_t contentBytes) {
  SavedModel m;
  m.set_saved_model_schema_version(1);
  MetaGraphDef* g = m.add_meta_graphs();
  g->mutable_meta_info_def()->add_tags("serve");
  for (int i = 0; i < 3; ++i) {
    auto* n = g->mutable_graph_def()->add_node();
    n->set_name(cat("const", i));
    n->set_op("Const");
    auto* t = mutableAttr(n, "value").mutable_tensor();
    t->set_dtype(tensorflow::DT_UINT8);
    t->mutable_tensor_shape()->add_dim()->set_size(int64_t(contentBytes));
    t->set_tensor_content(std::string(contentBytes, char('a' + i)));
  }
  g->mutable_saver_def();  // an empty message
  auto* f = g->mutable_graph_def()->mutable_library()->add_function();
  f->mutable_signature()->set_name("f");
  auto* sig = g->add_signature_def();
  sig->set_key("serving_default");
  sig->mutable_value()->add_inputs()->set_key("x");
  return m;
}

TEST(PbScanner, SmallModelsComeThroughUnchanged) {
  const SavedModel m = sample(100);
  const std::string file = m.SerializeAsString();
  for (const size_t piece : {1, 2, 3, 7, 100, 1 << 20}) {
    const auto r = scan(file, size_t(piece));
    ASSERT_TRUE(r) << r.error().message();
    ASSERT_EQ(r->size(), 1u);
    EXPECT_EQ((*r)[0], m.meta_graphs(0).SerializeAsString()) << piece;
  }
}

TEST(PbScanner, LargeContentsStayInTheFile) {
  const size_t n = 10000;
  const SavedModel m = sample(n);
  const std::string file = m.SerializeAsString();
  for (const size_t piece : {1, 100, 5000, 1 << 20}) {
    ContentHeads heads;
    int64_t fed = 0;
    const auto r = scan(file, size_t(piece), &heads, &fed);
    ASSERT_TRUE(r) << r.error().message();
    MetaGraphDef g;
    ASSERT_TRUE(g.ParseFromString((*r)[0]));
    EXPECT_LT((*r)[0].size(), 500u);
    int64_t kept = 0;
    for (int i = 0; i < 3; ++i) {
      const auto& t = attrAt(g.graph_def().node(i), "value").tensor();
      EXPECT_EQ(t.tensor_content(), "");
      ASSERT_EQ(t.content_length(), int64_t(n));
      EXPECT_EQ(file.substr(size_t(t.content_offset()), n), std::string(n, char('a' + i)));
      if (const std::string* head = heads.find(t.content_offset())) {
        EXPECT_EQ(*head, std::string(head->size(), char('a' + i)));
        kept += int64_t(head->size());
      }
    }
    EXPECT_EQ(heads.bytes(), kept);
    // Nothing that was read of a content is lost.
    EXPECT_EQ(fed - kept, int64_t(file.size() - 3 * n)) << piece;
  }
}

TEST(PbScanner, DropsWhatNobodyReads) {
  SavedModel m = sample(10);
  const std::string plain = m.meta_graphs(0).SerializeAsString();
  // Unknown fields of all wire types, in the root, a node and a tensor; and our own numbers.
  std::string unknown;
  writeTag(unknown, 5000, kLengthDelimited);
  writeVarint(unknown, 3);
  unknown += "abc";
  writeTag(unknown, 5001, kVarint);
  writeVarint(unknown, 77);
  writeTag(unknown, 5002, kFixed64);
  unknown += "12345678";
  writeTag(unknown, 5003, kFixed32);
  unknown += "1234";
  for (uint32_t field : {1000u, 1001u}) {
    writeTag(unknown, field, kVarint);
    writeVarint(unknown, 5);
  }
  const auto addTo = [&](google::protobuf::MessageLite* message) {
    std::string s = message->SerializeAsString() + unknown;
    ASSERT_TRUE(message->ParseFromString(s));
  };
  auto* g = m.mutable_meta_graphs(0);
  addTo(mutableAttr(g->mutable_graph_def()->mutable_node(1), "value").mutable_tensor());
  addTo(g->mutable_graph_def()->mutable_node(0));
  addTo(g->mutable_graph_def());
  addTo(g);
  addTo(&m);
  for (const size_t piece : {1, 11, 1 << 20}) {
    const auto r = scan(m.SerializeAsString(), size_t(piece));
    ASSERT_TRUE(r) << r.error().message();
    // Lengths keep their width, so the bytes may differ; what they say may not.
    MetaGraphDef got;
    ASSERT_TRUE(got.ParseFromString((*r)[0]));
    EXPECT_EQ(got.SerializeAsString(), plain);
  }
}

TEST(PbScanner, SeveralMetaGraphs) {
  SavedModel m = sample(10);
  m.add_meta_graphs()->mutable_meta_info_def()->add_tags("train");
  m.add_meta_graphs();
  const auto r = scan(m.SerializeAsString(), 5);
  ASSERT_TRUE(r);
  ASSERT_EQ(r->size(), 3u);
  EXPECT_EQ((*r)[1], m.meta_graphs(1).SerializeAsString());
  EXPECT_EQ((*r)[2], "");
}

TEST(PbScanner, EveryTruncationIsDataLoss) {
  const std::string file = sample(5000).SerializeAsString();
  for (size_t n = 0; n < file.size(); n += n < 200 || n + 300 > file.size() ? 1 : 97) {
    const auto r = scan(file.substr(0, n), 64);
    if (n == 2) {  // the schema version alone: a whole message
      EXPECT_EQ(r.error().code(), Code::kInvalidArgument);
      continue;
    }
    ASSERT_FALSE(r) << n;
    EXPECT_EQ(r.error().code(), Code::kDataLoss) << n << ' ' << r.error().message();
    EXPECT_EQ(r.error().file(), "saved_model.pb");
    if (n > 20)
      EXPECT_NE(r.error().message().find(cat("at byte ", n, " of ", file.size())),
                std::string::npos)
          << r.error().message();
  }
}

TEST(PbScanner, FlippedBitsNeverCrash) {
  google::protobuf::SetLogHandler(nullptr);
  const std::string file = sample(4200).SerializeAsString();
  for (size_t i = 0; i < file.size() * 8; ++i) {
    if (i / 8 > 400 && i / 8 % 512 > 3) continue;
    std::string harmed = file;
    harmed[i / 8] ^= char(1 << (i % 8));
    for (const size_t piece : {7, 1 << 20})
      if (const auto r = scan(harmed, size_t(piece)))
        for (const std::string& g : *r) (void)MetaGraphDef().ParseFromString(g);
  }
}

TEST(PbScanner, SaysWhatAWrongFileIs) {
  using namespace std::string_literals;
  const auto message = [](const std::string& file) {
    const auto r = scan(file, 1 << 20);
    EXPECT_FALSE(r) << file;
    EXPECT_EQ(r ? Code::kUnknown : r.error().code(), Code::kInvalidArgument);
    return r ? "" : r.error().message();
  };
  const auto has = [&](const std::string& file, std::string_view what) {
    EXPECT_NE(message(file).find(what), std::string::npos) << message(file);
  };
  has("<!DOCTYPE html><html>", "HTML");
  has("\n  <html lang=\"en\">", "HTML");
  has("PK\x03\x04...............", "zip");
  has("\x1C\0\0\0TFL3........."s, "TensorFlow Lite");
  has("\x89HDF\r\n\x1A\n......"s, "HDF5");
  has("{\"modelTopology\": {}}", "JSON");
  has("version https://git-lfs.github.com/spec/v1\n", "LFS");
  has("saved_model_schema_version: 1\n", "pbtxt");
  has("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", "not in protobuf format");
  has("hello, this is no model at all", "not a SavedModel");
  tensorflow::GraphDef frozen;
  frozen.add_node()->set_name("x");
  has(frozen.SerializeAsString(), "frozen");
  has("\x08\x01", "no MetaGraph");
  EXPECT_EQ(scan("", 1).error().code(), Code::kDataLoss);
}

TEST(PbScanner, Limits) {
  const auto code = [](const std::string& file, ScanLimits limits) {
    const auto r = scan(file, 1 << 20, nullptr, nullptr, limits);
    return r ? Code::kUnknown : r.error().code();
  };
  const std::string file = sample(3000).SerializeAsString();
  EXPECT_EQ(code(file, {.maxBytes = 3500, .wholeFunction = -1, .wholeObjects = -1}),
            Code::kResourceExhausted);
  EXPECT_EQ(code(file, {.maxMessages = 10, .wholeFunction = -1, .wholeObjects = -1}),
            Code::kResourceExhausted);
  // Structured values in one another, deeper than protobuf would go.
  SavedModel m;
  auto* v = m.add_meta_graphs()
                ->mutable_object_graph_def()
                ->add_concrete_functions()
                ->mutable_value()
                ->mutable_output_signature();
  for (int i = 0; i < 60; ++i) v = v->mutable_list_value()->add_values();
  EXPECT_EQ(code(m.SerializeAsString(), {.wholeObjects = -1}), Code::kResourceExhausted);
}

}  // namespace
}  // namespace smw
