// What the model and our own table say of ops; inside this room only.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "graph/op_args.h"
#include "ops/op_def.h"

namespace tensorflow {
class FunctionDef;
class MetaGraphDef;
class OpDef;
}  // namespace tensorflow

namespace smw {

struct OpFacts {
  /// Null where the op is not supported.
  const OpDef* def = nullptr;
  /// Of the model's stripped_op_list; null where it does not tell.
  const tensorflow::OpDef* proto = nullptr;
  /// The function of that name, where the op is none: TF1 calls functions so.
  const tensorflow::FunctionDef* function = nullptr;
  /// Names of arguments as the model has them.
  OpArgs named;
  /// Numbers of arguments as our own op wants them; as `named` where it is not supported.
  OpArgs counted;

  bool knowsArgs() const { return def || proto || function; }
};

/// Functions and ops of one MetaGraph by name.
class OpTable {
 public:
  explicit OpTable(const tensorflow::MetaGraphDef& metaGraph);
  const OpFacts& operator[](const std::string& op);
  const tensorflow::FunctionDef* function(std::string_view name) const;

 private:
  std::unordered_map<std::string_view, const tensorflow::OpDef*> protos_;
  std::unordered_map<std::string_view, const tensorflow::FunctionDef*> functions_;
  std::unordered_map<std::string, OpFacts> facts_;
};

}  // namespace smw
