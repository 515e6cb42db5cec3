#include "savedmodel/checkpoint_reader.h"

#include "base/strings.h"
#include "proto/trackable_object_graph.pb.h"
#include "savedmodel/object_restore.h"
#include "savedmodel/weight_loader.h"
#include "savedmodel/whole_file.h"
#include "vfs/path.h"

namespace smw {
namespace {

constexpr int64_t kMaxIndex = int64_t(512) << 20;

// Why there is no index, as far as the files beside it tell.
Error noIndex(const VirtualFileSystem& vfs, const std::string& prefix) {
  const std::string index = prefix + ".index";
  for (const FileId id : vfs.filesBelow(directoryOf(prefix))) {
    const std::string& path = vfs.path(id);
    if (path.starts_with(cat(prefix, "_temp")) || path.find(".tempstate") != std::string::npos)
      return fail(Error(Code::kFailedPrecondition,
                        cat(index, " is missing, and ", path,
                            " is there: the model is incomplete, still being written or left so"))
                      .inFile(index));
    if (path.starts_with(cat(prefix, ".data-")))
      return fail(Error(Code::kNotFound,
                        cat(index, " is missing, and ", path, " is there: the model is incomplete"))
                      .inFile(index));
  }
  return fail(
      Error(Code::kNotFound, cat("there is no checkpoint ", prefix, ": ", index, " is missing"))
          .inFile(index));
}

}  // namespace

struct CheckpointReader::State {
  const VirtualFileSystem& vfs;
  std::string prefix;
  bool verify;
  bool wantObjects = false;
  std::unique_ptr<WholeFile> index = {};
  std::unique_ptr<TensorBundle> bundle = {};
  std::unique_ptr<WeightLoader> loader = {};
  TensorSink sink = {};
  std::unique_ptr<tensorflow::TrackableObjectGraph> objects = {};
};

CheckpointReader::CheckpointReader(const VirtualFileSystem& vfs, std::string prefix, bool verify)
    : s_(new State{.vfs = vfs, .prefix = std::move(prefix), .verify = verify}) {}
CheckpointReader::~CheckpointReader() = default;

std::unique_ptr<TensorBundle> CheckpointReader::takeBundle() { return std::move(s_->bundle); }
std::unique_ptr<tensorflow::TrackableObjectGraph> CheckpointReader::takeObjects() {
  return std::move(s_->objects);
}

void CheckpointReader::wantObjects() { s_->wantObjects = true; }

Result<LoadStep> CheckpointReader::step() {
  if (!s_->bundle) {
    if (!s_->index) {
      const auto file = s_->vfs.find(s_->prefix + ".index");
      if (!file) return noIndex(s_->vfs, s_->prefix);
      s_->index = std::make_unique<WholeFile>(s_->vfs, *file, kMaxIndex);
    }
    LoadStep step = SMW_TRY(s_->index->step());
    if (!step.done()) return step;
    s_->bundle = std::make_unique<TensorBundle>(
        SMW_TRY(TensorBundle::parse(s_->prefix, s_->index->bytes(), s_->verify)));
    s_->index = nullptr;
  }
  if (s_->wantObjects && s_->bundle->find(kObjectGraphKey)) {
    s_->wantObjects = false;
    s_->loader = std::make_unique<WeightLoader>(s_->vfs, WeightLoaderOptions{.verify = s_->verify});
    SMW_TRY(s_->loader->wantTensor(*s_->bundle, kObjectGraphKey, "", DType::kString, Shape(),
                                   s_->sink));
  }
  if (!s_->loader) return LoadStep{};
  LoadStep step = SMW_TRY(s_->loader->step());
  if (!step.done()) return step;
  const std::string& bytes = *s_->sink.tensor().data<std::string>();
  s_->objects = std::make_unique<tensorflow::TrackableObjectGraph>();
  if (!s_->objects->ParseFromString(bytes))
    return fail(Error(Code::kDataLoss,
                      cat("the object graph of the checkpoint ", s_->prefix, " is damaged"))
                    .about(kObjectGraphKey)
                    .inFile(s_->bundle->indexPath()));
  s_->loader = nullptr;
  return step;
}

}  // namespace smw
