// SavedModelInfo as JSON: what crosses to JavaScript's inspect().
#include "base/strings.h"
#include "savedmodel/info.h"

namespace smw {
namespace {

/// Writes objects and lists with commas in the right places.
class Json {
 public:
  void open(char c) {
    separate();
    out_ += c;
    first_ = true;
  }
  void close(char c) {
    out_ += c;
    first_ = false;
  }
  void key(std::string_view k) {
    separate();
    out_ += jsonQuote(k);
    out_ += ':';
    first_ = true;
  }
  void text(std::string_view s) {
    separate();
    out_ += jsonQuote(s);
  }
  void number(int64_t v) {
    separate();
    out_ += std::to_string(v);
  }
  void word(std::string_view s) {
    separate();
    out_ += s;
  }
  void text(std::string_view k, std::string_view s) {
    key(k);
    text(s);
  }
  void number(std::string_view k, int64_t v) {
    key(k);
    number(v);
  }
  template <typename List, typename Each>
  void list(std::string_view k, const List& items, Each each) {
    key(k);
    open('[');
    for (const auto& item : items) each(item);
    close(']');
  }
  void texts(std::string_view k, const std::vector<std::string>& items) {
    list(k, items, [&](const std::string& s) { text(s); });
  }
  std::string take() { return std::move(out_); }

 private:
  void separate() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  std::string out_;
  bool first_ = true;
};

// null for an unknown rank; -1 for an unknown dimension.
void writeDims(Json& j, std::string_view key, const PartialShape& shape) {
  j.key(key);
  if (shape.unknownRank()) return j.word("null");
  j.open('[');
  for (const int64_t d : shape.dims()) j.number(d);
  j.close(']');
}

void writeTensor(Json& j, const TensorFact& t) {
  j.open('{');
  j.text("key", t.key);
  j.text("name", t.name);
  j.text("dtype", dtypeName(t.dtype));
  writeDims(j, "shape", t.shape);
  if (!t.composite.empty()) {
    j.text("composite", t.composite);
    j.list("components", t.components, [&](const TensorFact& c) { writeTensor(j, c); });
  }
  if (t.optional) {
    j.key("optional");
    j.word("true");
  }
  j.close('}');
}

void writeAsset(Json& j, const ModelAsset& a) {
  j.open('{');
  j.text("tensor", a.tensor);
  j.text("filename", a.filename);
  j.text("path", a.path);
  j.close('}');
}

void writeMetaGraph(Json& j, const MetaGraphInfo& m) {
  j.open('{');
  j.texts("tags", m.tags);
  j.text("tensorflowVersion", m.tensorflowVersion);
  j.text("tensorflowGitVersion", m.tensorflowGitVersion);
  j.list("signatures", m.signatures, [&](const SignatureFact& s) {
    j.open('{');
    j.text("name", s.name);
    j.text("methodName", s.methodName);
    j.list("inputs", s.inputs, [&](const TensorFact& t) { writeTensor(j, t); });
    j.list("outputs", s.outputs, [&](const TensorFact& t) { writeTensor(j, t); });
    j.close('}');
  });
  j.list("functions", m.functions, [&](const FunctionFact& f) {
    j.open('{');
    j.text("path", f.path);
    j.list("concrete", f.concrete, [&](const FunctionFact::Concrete& c) {
      j.open('{');
      j.text("name", c.name);
      j.text("arguments", c.arguments);
      j.close('}');
    });
    j.close('}');
  });
  j.list("ops", m.ops, [&](const OpCount& o) {
    j.open('{');
    j.text("op", o.op);
    j.number("count", o.count);
    j.close('}');
  });
  j.number("numNodes", m.numNodes);
  j.number("numFunctions", m.numFunctions);
  j.number("numObjects", m.numObjects);
  j.number("constantBytes", m.constantBytes);
  j.text("initOp", m.initOp);
  j.text("restoreOp", m.restoreOp);
  j.list("assets", m.assets, [&](const ModelAsset& a) { writeAsset(j, a); });
  j.texts("collections", m.collections);
  j.close('}');
}

}  // namespace

std::string SavedModelInfo::toJson() const {
  Json j;
  j.open('{');
  j.text("root", root);
  j.text("file", file);
  j.number("fileBytes", fileBytes);
  j.number("schemaVersion", schemaVersion);
  j.list("metaGraphs", metaGraphs, [&](const MetaGraphInfo& m) { writeMetaGraph(j, m); });
  j.key("checkpoint");
  if (hasCheckpoint) {
    j.open('{');
    j.number("numShards", numShards);
    j.list("variables", variables, [&](const VariableFact& v) {
      j.open('{');
      j.text("key", v.key);
      j.text("dtype", dtypeName(v.dtype));
      writeDims(j, "shape", PartialShape(v.shape));
      j.number("bytes", v.bytes);
      j.close('}');
    });
    j.close('}');
  } else {
    j.word("null");
  }
  j.text("checkpointError", checkpointError);
  j.texts("assetFiles", assetFiles);
  j.texts("extraFiles", extraFiles);
  j.text("fingerprint", fingerprint);
  j.text("uuid", uuid);
  j.close('}');
  return j.take();
}

}  // namespace smw
