#include "savedmodel/restore_trace.h"

#include <gtest/gtest.h>

#include "proto/meta_graph.pb.h"
#include "savedmodel/text_format.h"

namespace smw {
namespace {

tensorflow::MetaGraphDef parse(std::string_view text) {
  const auto wire = textToWire(text, "tensorflow.MetaGraphDef", "x");
  EXPECT_TRUE(wire) << wire.error().message();
  tensorflow::MetaGraphDef m;
  EXPECT_TRUE(wire && m.ParseFromString(*wire));
  return m;
}

RestoreTrace trace(std::string_view text) { return traceRestore(parse(text)); }

std::string show(const RestoreTrace& t) {
  std::string s;
  for (const auto& v : t.variables)
    s += v.node + "<-" + v.key + (v.shapeAndSlice.empty() ? "" : "[" + v.shapeAndSlice + "]") +
         (v.reshaped ? " reshaped" : "") + "; ";
  for (const auto& u : t.untraced)
    s += "? " + u.node + " " + u.op + " " + u.function + "/" + u.inner + "; ";
  return s;
}

constexpr const char* kTf1 = R"(
  saver_def { restore_op_name: "save/restore_all" filename_tensor_name: "save/Const:0" }
  graph_def {
    node { name: "a" op: "VariableV2" } node { name: "b" op: "VarHandleOp" } node { name: "c" op: "VariableV2" }
    node { name: "save/names" op: "Const" attr { key: "value" value { tensor {
      tensor_shape { dim { size: 3 } } string_val: "ka" string_val: "kb" string_val: "kc" } } } }
    node { name: "save/slices" op: "Const" attr { key: "value" value { tensor {
      tensor_shape { dim { size: 3 } } string_val: "" string_val: "4 2 0,2:-" string_val: "" } } } }
    node { name: "save/RestoreV2" op: "RestoreV2" input: "save/Const:0" input: "save/names" input: "save/slices"
           attr { key: "dtypes" value { list { type: [DT_FLOAT, DT_INT64, DT_HALF] } } } }
    node { name: "save/Assign" op: "Assign" input: "a" input: "save/RestoreV2" }
    node { name: "save/Identity" op: "Identity" input: "save/RestoreV2:1" }
    node { name: "save/Assign_1" op: "AssignVariableOp" input: "b" input: "save/Identity" }
    node { name: "save/Reshape" op: "Reshape" input: "save/RestoreV2:2" input: "shape" }
    node { name: "save/Assign_2" op: "Assign" input: "c" input: "save/Reshape" }
    node { name: "table" op: "MutableHashTableV2" }
    node { name: "save/Import" op: "LookupTableImportV2" input: "table" input: "save/RestoreV2:1" input: "save/RestoreV2:2" }
    node { name: "save/restore_shard" op: "NoOp" input: "^save/Assign" input: "^save/Assign_1" input: "^save/Assign_2" }
    node { name: "save/restore_all" op: "NoOp" input: "^save/restore_shard" input: "^save/Import" }
    node { name: "save/Const" op: "Const" } node { name: "shape" op: "Const" }
    node { name: "elsewhere" op: "Assign" input: "a" input: "shape" }
  })";

TEST(RestoreTrace, Tf1) {
  const RestoreTrace t = trace(kTf1);
  EXPECT_TRUE(t.hasRestoreOp);
  EXPECT_EQ(t.variables.size(), 3u);
  const std::string s = show(t);
  for (const char* part : {"a<-ka; ", "b<-kb[4 2 0,2:-]; ", "c<-kc reshaped; ",
                           "? save/Import LookupTableImportV2 /; "})
    EXPECT_NE(s.find(part), std::string::npos) << s;
  for (const auto& v : t.variables)
    EXPECT_EQ(v.dtype, v.node == "a"   ? DType::kFloat
                       : v.node == "b" ? DType::kInt64
                                       : DType::kHalf);
}

TEST(RestoreTrace, Tf2ThroughCalls) {
  const RestoreTrace t = trace(R"(
    saver_def { restore_op_name: "Call" }
    graph_def {
      node { name: "saver_filename" op: "Placeholder" } node { name: "v" op: "VarHandleOp" } node { name: "w" op: "VarHandleOp" }
      node { name: "Call" op: "StatefulPartitionedCall" input: "saver_filename" input: "v:0" input: "w"
             attr { key: "f" value { func { name: "outer" } } } }
      library {
        function { signature { name: "outer" input_arg { name: "file" } input_arg { name: "one" } input_arg { name: "two" } output_arg { name: "out" } }
          node_def { name: "inner" op: "PartitionedCall" input: "file" attr { key: "f" value { func { name: "read" } } } }
          node_def { name: "Id" op: "Identity" input: "inner:output:1" }
          node_def { name: "A" op: "AssignVariableOp" input: "one" input: "Id:output:0" }
          node_def { name: "B" op: "AssignVariableOp" input: "two" input: "inner:output:0" }
          node_def { name: "scaled" op: "Mul" input: "inner:output:0" input: "inner:output:0" }
          node_def { name: "C" op: "AssignVariableOp" input: "two" input: "scaled:z:0" } }
        function { signature { name: "read" input_arg { name: "f" } output_arg { name: "x" } output_arg { name: "y" } }
          ret { key: "x" value: "R:tensors:0" } ret { key: "y" value: "R:tensors:1" }
          node_def { name: "n" op: "Const" attr { key: "value" value { tensor { tensor_shape { dim { size: 2 } } string_val: "kx" string_val: "ky" } } } }
          node_def { name: "s" op: "Const" attr { key: "value" value { tensor { tensor_shape { dim { size: 2 } } string_val: "" } } } }
          node_def { name: "R" op: "RestoreV2" input: "f" input: "n:output:0" input: "s:output:0" } }
      } })");
  EXPECT_EQ(show(t), "v<-ky; w<-kx; ? Call AssignVariableOp outer/C; ");
}

TEST(RestoreTrace, LeavesWhatFunctionsReadOnly) {
  const auto leaves = [](const std::string& call) {
    const auto m = parse(std::string(kTf1) + R"(graph_def {
      node { name: "copied" op: "VarHandleOp" }
      node { name: "copied/Read" op: "ReadVariableOp" input: "copied" })" +
                         call + "}");
    return leavesVariables(m, traceRestore(m));
  };
  EXPECT_FALSE(leaves(""));
  EXPECT_FALSE(leaves(R"(node { name: "call" op: "PartitionedCall" input: "b" })"));
  EXPECT_TRUE(leaves(R"(node { name: "call" op: "PartitionedCall" input: "b" input: "copied" })"));
}

TEST(RestoreTrace, OddGraphsEnd) {
  EXPECT_FALSE(trace("").hasRestoreOp);
  EXPECT_EQ(trace(R"(saver_def { restore_op_name: "none" })").untraced.size(), 1u);
  // A cycle of Identities, and a function that calls itself.
  EXPECT_EQ(show(trace(R"(
    saver_def { restore_op_name: "assign" }
    graph_def { node { name: "v" op: "VarHandleOp" } node { name: "i" op: "Identity" input: "j" } node { name: "j" op: "Identity" input: "i" }
                node { name: "assign" op: "AssignVariableOp" input: "v" input: "i" } })")),
            "? assign AssignVariableOp /; ");
  const std::string self = show(trace(R"(
    saver_def { restore_op_name: "c" }
    graph_def { node { name: "c" op: "PartitionedCall" attr { key: "f" value { func { name: "f" } } } }
      library { function { signature { name: "f" }
        node_def { name: "a" op: "PartitionedCall" attr { key: "f" value { func { name: "f" } } } }
        node_def { name: "b" op: "PartitionedCall" attr { key: "f" value { func { name: "f" } } } } } } })"));
  EXPECT_NE(self.find("? c PartitionedCall f/"), std::string::npos);
}

}  // namespace
}  // namespace smw
