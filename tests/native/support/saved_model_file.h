// A saved_model.pb made in a test, and the files beside it.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "proto/meta_graph.pb.h"
#include "runtime/model.h"
#include "vfs/memory_files.h"

namespace smw {

struct SavedModelFile {
  tensorflow::SavedModel model;
  tensorflow::MetaGraphDef& meta = *model.add_meta_graphs();
  MemoryFiles files;

  SavedModelFile() {
    model.set_saved_model_schema_version(1);
    meta.mutable_meta_info_def()->add_tags("serve");
  }
  /// A node of the graph, without attributes.
  tensorflow::NodeDef& node(const std::string& name, const char* op) {
    auto* n = meta.mutable_graph_def()->add_node();
    n->set_name(name);
    n->set_op(op);
    return *n;
  }
  tensorflow::SignatureDef& signature(const std::string& name) {
    auto* entry = meta.add_signature_def();
    entry->set_key(name);
    return *entry->mutable_value();
  }
  /// Another input or output of a signature: `tensor` as in "node:0".
  template <typename Entry>
  static void bind(Entry* entry, const std::string& key, const std::string& tensor,
                   tensorflow::DataType dtype) {
    entry->set_key(key);
    entry->mutable_value()->set_name(tensor);
    entry->mutable_value()->set_dtype(dtype);
  }
  /// Nothing is read yet.
  Model open() {
    EXPECT_TRUE(files.add("saved_model.pb", model.SerializeAsString()));
    return Model(files.vfs(), {});
  }
};

}  // namespace smw
