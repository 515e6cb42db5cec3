#include "savedmodel/called_functions.h"

#include <optional>
#include <string_view>

#include "proto/meta_graph.pb.h"
#include "savedmodel/function_view.h"
#include "savedmodel/same_functions.h"
#include "savedmodel/wire_fields.h"

namespace smw {
namespace {

class Caller {
 public:
  /// `same` may be null: then each function is itself.
  Caller(tensorflow::FunctionDefLibrary& library, FunctionBodies& bodies, SameFunctions* same)
      : library_(library), bodies_(bodies), same_(same) {}

  bool node(tensorflow::NodeDef& n) {
    call(bodies_.find(n.op()));  // a function's name may stand for an op
    for (auto& entry : *n.mutable_attr()) attr(*entry.mutable_value());
    return drain();
  }
  /// Those of functions that are parsed already.
  bool functions() {
    for (; next_ < library_.function_size(); ++next_)
      // Parsing a function adds to the list: its elements stay where they are.
      for (auto& n : *library_.mutable_function(next_)->mutable_node_def())
        if (!node(n)) return false;
    return true;
  }

 private:
  void call(int f) {
    if (f < 0 || bodies_[f].called) return;
    bodies_[f].called = true;
    called_.push_back(f);
  }
  void attr(tensorflow::AttrValue& value) {
    if (value.has_func()) function(*value.mutable_func());
    if (value.has_list())
      for (auto& f : *value.mutable_list()->mutable_func()) function(f);
  }
  void function(tensorflow::NameAttrList& f) {
    int i = bodies_.find(f.name());
    if (i >= 0 && same_) {
      i = same_->keep(i);
      f.set_name(std::string(bodies_[i].name));
    }
    call(i);
    for (auto& entry : *f.mutable_attr()) attr(*entry.mutable_value());
  }
  bool drain() {
    for (; !called_.empty();) {
      const std::string_view body = bodies_[called_.back()].body;
      called_.pop_back();
      if (!library_.add_function()->ParseFromArray(body.data(), int(body.size()))) return false;
    }
    return true;
  }

  tensorflow::FunctionDefLibrary& library_;
  FunctionBodies& bodies_;
  SameFunctions* same_;
  int next_ = 0;
  std::vector<int> called_;
};

void count(const FunctionBodies& bodies, UncalledFunctions& rest) {
  constexpr uint32_t kNode = 3, kOp = 2;  // of FunctionDef; of NodeDef
  for (int i = 0; i < bodies.size(); ++i) {
    if (bodies[i].called) continue;
    ++rest.count;
    for (WireFields fields(bodies[i].body); fields.next();) {
      if (fields.field().number != kNode) continue;
      const std::string_view op = firstField(fields.field().bytes, kOp);
      if (const auto it = rest.ops.find(op); it != rest.ops.end())
        ++it->second;
      else
        rest.ops.emplace(op, 1);
    }
  }
}

}  // namespace

bool addCalledFunctions(tensorflow::MetaGraphDef& m, std::vector<std::string> serialized,
                        UncalledFunctions* uncalled) {
  if (serialized.empty()) return true;
  FunctionBodies bodies(serialized);
  std::optional<SameFunctions> same;
  if (!uncalled) same.emplace(bodies);
  Caller caller(*m.mutable_graph_def()->mutable_library(), bodies, same ? &*same : nullptr);
  const std::string_view save = InputName(m.saver_def().save_tensor_name()).node;
  for (tensorflow::NodeDef& n : *m.mutable_graph_def()->mutable_node())
    if ((n.name() != save || !isCallOp(n.op())) && !caller.node(n)) return false;
  if (!caller.functions()) return false;
  if (uncalled) count(bodies, *uncalled);
  return true;
}

}  // namespace smw
