// What is in a SavedModel, for people and for `inspect()`: all that saved_model_cli show --all
// tells.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "savedmodel/reader.h"
#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace tensorflow {
class SignatureDef;
}

namespace smw {

struct TensorFact {
  std::string key;   // the argument's name in the signature
  std::string name;  // "serving_default_x:0"; "" for composite tensors
  DType dtype = DType::kInvalid;
  PartialShape shape;
  /// "" for a dense tensor, "SparseTensor", or the class of a composite one.
  std::string composite;
  std::vector<TensorFact> components;
  bool optional = false;  // the signature has a default for it
};

/// Inputs and outputs stand in the order in which the function was exported, as far as the graph
/// shows it.
struct SignatureFact {
  std::string name, methodName;
  std::vector<TensorFact> inputs, outputs;
};

/// A function that can be called on an object of the model.
struct FunctionFact {
  std::string path;  // "__call__", "layers.0.call"
  struct Concrete {
    std::string name;       // in the function library
    std::string arguments;  // structured, as text
  };
  std::vector<Concrete> concrete;
};

struct OpCount {
  std::string op;
  int64_t count;
};

struct MetaGraphInfo {
  std::vector<std::string> tags;
  std::string tensorflowVersion, tensorflowGitVersion;
  std::vector<SignatureFact> signatures;  // by name; "__saved_model_init_op" is left out
  std::vector<FunctionFact> functions;
  std::vector<OpCount> ops;  // of graph and functions, by name
  int64_t numNodes = 0, numFunctions = 0, numObjects = 0;
  int64_t constantBytes = 0;  // left in the file
  std::string initOp;         // node that initialises tables and such; "" where there is none
  std::string restoreOp;
  std::vector<ModelAsset> assets;
  std::vector<std::string> collections;
};

struct VariableFact {
  std::string key;
  DType dtype;
  Shape shape;
  int64_t bytes;
};

struct SavedModelInfo {
  std::string root, file;  // folder, and "saved_model.pb" or "saved_model.pbtxt"
  int64_t schemaVersion = 0, fileBytes = 0;
  std::vector<MetaGraphInfo> metaGraphs;
  bool hasCheckpoint = false;
  int32_t numShards = 0;
  std::string checkpointError;                      // why not, where there are files of one
  std::vector<VariableFact> variables;              // tensors of the checkpoint
  std::vector<std::string> assetFiles, extraFiles;  // below assets/ and assets.extra/
  std::string fingerprint;  // of saved_model.pb, decimal; "" where there is no fingerprint.pb
  std::string uuid;

  std::string toJson() const;
};

SavedModelInfo describeModel(const SavedModelReader& reader, const VirtualFileSystem& vfs);
MetaGraphInfo describeMetaGraph(const tensorflow::MetaGraphDef& metaGraph,
                                const UncalledFunctions& uncalled);

/// Signatures of one MetaGraph, without the loader's own.
std::vector<SignatureFact> describeSignatures(const tensorflow::MetaGraphDef& metaGraph);

/// The node that initialises tables and such, run once with the assets' paths fed: from the
/// signature
/// __saved_model_init_op, or the collections saved_model_main_op and legacy_init_op. "" where there
/// is none.
std::string findInitOp(const tensorflow::MetaGraphDef& metaGraph);
std::vector<ModelAsset> findAssets(const tensorflow::MetaGraphDef& metaGraph,
                                   const std::string& root);

}  // namespace smw
