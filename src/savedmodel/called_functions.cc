#include "savedmodel/called_functions.h"

#include <string_view>
#include <unordered_map>

#include "proto/meta_graph.pb.h"
#include "savedmodel/function_view.h"
#include "savedmodel/wire.h"

namespace smw {
namespace {

constexpr uint32_t kSignatureField = 1, kNodeField = 3;  // of FunctionDef
constexpr uint32_t kNameField = 1;                       // of OpDef
constexpr uint32_t kOpField = 2;                         // of NodeDef

/// Calls f(bytes) for each field of that number that has a length, until f gives true or the
/// message ends.
template <typename F>
void eachField(std::string_view message, uint32_t number, F f) {
  const auto bytes = std::as_bytes(std::span(message));
  for (size_t at = 0; at < bytes.size();) {
    const auto tag = readVarint(bytes, at);
    const uint32_t wire = tag ? *tag & 7 : uint32_t(kFixed64) + 2;
    uint64_t skip = wire == kFixed64 ? 8 : 4;
    if (wire == kVarint || wire == kLengthDelimited) {
      const auto value = readVarint(bytes, at);
      if (!value) return;
      skip = wire == kVarint ? 0 : *value;
    } else if (wire != kFixed64 && wire != kFixed32) {
      return;
    }
    if (skip > bytes.size() - at) return;
    if (wire == kLengthDelimited && *tag >> 3 == number && f(message.substr(at, size_t(skip))))
      return;
    at += size_t(skip);
  }
}

std::string_view first(std::string_view message, uint32_t number) {
  std::string_view found;
  eachField(message, number, [&](std::string_view bytes) {
    found = bytes;
    return true;
  });
  return found;
}

class Caller {
 public:
  Caller(tensorflow::FunctionDefLibrary& library, const std::vector<std::string>& bodies)
      : library_(library) {
    for (const std::string& body : bodies)
      unparsed_.emplace(first(first(body, kSignatureField), kNameField), &body);
  }

  bool node(const tensorflow::NodeDef& n) {
    call(n.op());  // a function's name may stand for an op
    for (const auto& entry : n.attr()) attr(entry.value());
    return drain();
  }
  /// Those of functions that are parsed already.
  bool functions() {
    for (; next_ < library_.function_size(); ++next_) {
      const auto& nodes = library_.function(next_).node_def();
      for (const tensorflow::NodeDef& n : nodes)
        if (!node(n)) return false;
    }
    return true;
  }
  void count(UncalledFunctions& rest) const {
    for (const auto& [name, body] : unparsed_) {
      ++rest.count;
      eachField(*body, kNodeField, [&](std::string_view n) {
        const std::string_view op = first(n, kOpField);
        if (const auto it = rest.ops.find(op); it != rest.ops.end())
          ++it->second;
        else
          rest.ops.emplace(op, 1);
        return false;
      });
    }
  }

 private:
  void call(std::string_view name) {
    const auto it = unparsed_.find(name);
    if (it == unparsed_.end()) return;
    called_.push_back(it->second);
    unparsed_.erase(it);
  }
  void attr(const tensorflow::AttrValue& value) {
    function(value.func());
    for (const auto& f : value.list().func()) function(f);
  }
  void function(const tensorflow::NameAttrList& f) {
    call(f.name());
    for (const auto& entry : f.attr()) attr(entry.value());
  }
  bool drain() {
    for (; !called_.empty();) {
      const std::string* body = called_.back();
      called_.pop_back();
      if (!library_.add_function()->ParseFromString(*body)) return false;
    }
    return true;
  }

  tensorflow::FunctionDefLibrary& library_;
  int next_ = 0;
  std::unordered_multimap<std::string_view, const std::string*> unparsed_;
  std::vector<const std::string*> called_;
};

}  // namespace

bool addCalledFunctions(tensorflow::MetaGraphDef& m, std::vector<std::string> bodies,
                        UncalledFunctions* uncalled) {
  if (bodies.empty()) return true;
  Caller caller(*m.mutable_graph_def()->mutable_library(), bodies);
  const std::string_view save = InputName(m.saver_def().save_tensor_name()).node;
  for (const tensorflow::NodeDef& n : m.graph_def().node())
    if ((n.name() != save || !isCallOp(n.op())) && !caller.node(n)) return false;
  if (!caller.functions()) return false;
  if (uncalled) caller.count(*uncalled);
  return true;
}

}  // namespace smw
