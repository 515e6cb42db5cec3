#include "savedmodel/function_view.h"

#include <charconv>

#include "base/entry.h"
#include "proto/meta_graph.pb.h"

namespace smw {
namespace {

constexpr int kMaxDepth = 32;
constexpr int kMaxHops = 10000;
constexpr size_t kMaxScopes = 10000;

bool passesOn(std::string_view op) {
  return op == "Identity" || op == "Reshape" || op == "PreventGradient" || op == "StopGradient" ||
         op == "RefIdentity";
}

}  // namespace

InputName::InputName(std::string_view input) {
  if (input.starts_with('^')) {
    control = true;
    node = input.substr(1);
    return;
  }
  const size_t colon = input.find(':');
  node = input.substr(0, colon);
  if (colon == std::string_view::npos) return;
  const std::string_view number = input.substr(input.rfind(':') + 1);
  std::from_chars(number.data(), number.data() + number.size(), index);
}

bool isCallOp(std::string_view op) {
  return op == "PartitionedCall" || op == "StatefulPartitionedCall";
}

std::string_view calledFunction(const tensorflow::NodeDef& call) {
  const auto* f = findEntry(call.attr(), "f");
  return f ? std::string_view(f->func().name()) : std::string_view();
}

GraphView::GraphView(const tensorflow::MetaGraphDef& metaGraph) {
  auto scope = std::make_unique<GraphScope>();
  for (const auto& n : metaGraph.graph_def().node()) scope->nodes.emplace(n.name(), &n);
  for (const auto& f : metaGraph.graph_def().library().function())
    functions_.emplace(f.signature().name(), &f);
  scopes_.push_back(std::move(scope));
}

const GraphScope* GraphView::enter(const GraphScope& scope, const tensorflow::NodeDef& call) {
  const GraphScope*& known = entered_[&scope][&call];
  if (known) return known;
  const auto f = functions_.find(calledFunction(call));
  if (f == functions_.end() || scope.depth >= kMaxDepth || scopes_.size() >= kMaxScopes)
    return nullptr;
  auto body = std::make_unique<GraphScope>();
  body->caller = &scope;
  body->call = &call;
  body->function = f->second;
  body->depth = scope.depth + 1;
  for (const auto& n : f->second->node_def()) body->nodes.emplace(n.name(), &n);
  for (const auto& arg : f->second->signature().input_arg())
    body->args.emplace(arg.name(), int(body->args.size()));
  known = body.get();
  scopes_.push_back(std::move(body));
  return known;
}

std::optional<GraphView::Place> GraphView::follow(const GraphScope& from, std::string_view input) {
  const GraphScope* scope = &from;
  bool reshaped = false;
  for (int hop = 0; hop < kMaxHops; ++hop) {
    const InputName name(input);
    if (scope->function) {
      if (const auto arg = scope->args.find(name.node); arg != scope->args.end()) {
        if (arg->second >= scope->call->input_size()) return std::nullopt;
        input = scope->call->input(arg->second);
        scope = scope->caller;
        continue;
      }
    }
    const auto it = scope->nodes.find(name.node);
    if (it == scope->nodes.end()) return std::nullopt;
    const tensorflow::NodeDef& node = *it->second;
    if (passesOn(node.op()) && node.input_size() > 0) {
      reshaped = reshaped || node.op() == "Reshape";
      input = node.input(0);
      continue;
    }
    if (isCallOp(node.op())) {
      const GraphScope* body = enter(*scope, node);
      if (!body || name.index < 0 || name.index >= body->function->signature().output_arg_size())
        return std::nullopt;
      const std::string* ret = findEntry(body->function->ret(),
                                         body->function->signature().output_arg(name.index).name());
      if (!ret) return std::nullopt;
      input = *ret;
      scope = body;
      continue;
    }
    return Place{scope, &node, name.index, reshaped};
  }
  return std::nullopt;
}

}  // namespace smw
