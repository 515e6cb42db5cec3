#include "savedmodel/reader.h"

#include "base/strings.h"
#include "proto/meta_graph.pb.h"
#include "proto/trackable_object_graph.pb.h"
#include "savedmodel/checkpoint_reader.h"
#include "savedmodel/info.h"
#include "savedmodel/metagraph_choice.h"
#include "savedmodel/model_file.h"
#include "savedmodel/root.h"
#include "vfs/path.h"

namespace smw {
namespace {

constexpr int64_t kMaxFingerprint = 1 << 20;

// True where variables/ holds anything that a checkpoint would.
bool hasCheckpointFiles(const VirtualFileSystem& vfs, const std::string& prefix) {
  for (const FileId id : vfs.filesBelow(directoryOf(prefix)))
    if (vfs.path(id).starts_with(cat(prefix, ".")) ||
        vfs.path(id).starts_with(cat(prefix, "_temp")))
      return true;
  return false;
}

}  // namespace

// The files, read side by side: each step asks for what each of them needs next.
struct SavedModelReader::Files {
  std::unique_ptr<ModelFile> model;
  std::unique_ptr<CheckpointReader> checkpoint;
  std::unique_ptr<WholeFile> fingerprint;
  std::vector<Loader*> running;
};

SavedModelReader::SavedModelReader(VirtualFileSystem& vfs, ReaderOptions options)
    : vfs_(vfs), options_(std::move(options)) {}
SavedModelReader::~SavedModelReader() = default;

void SavedModelReader::release() { metaGraphs_.clear(); }

Status SavedModelReader::start() {
  root_ = SMW_TRY(findRoot(vfs_));
  const auto binary = vfs_.find(joinPath(root_, "saved_model.pb"));
  modelFile_ = binary ? *binary : SMW_TRY(vfs_.open(joinPath(root_, "saved_model.pbtxt")));
  files_ = std::make_unique<Files>();
  files_->model = std::make_unique<ModelFile>(
      vfs_, modelFile_, heads_,
      ModelFile::Wanted{options_.objects || !options_.choose, !options_.choose});
  files_->running.push_back(files_->model.get());
  const std::string prefix = joinPath(root_, "variables/variables");
  if (hasCheckpointFiles(vfs_, prefix)) {
    files_->checkpoint = std::make_unique<CheckpointReader>(vfs_, prefix, options_.verify);
    if (options_.objects) files_->checkpoint->wantObjects();
    files_->running.push_back(files_->checkpoint.get());
  }
  if (const auto file = vfs_.find(joinPath(root_, "fingerprint.pb"));
      file && vfs_.size(*file) < kMaxFingerprint) {
    files_->fingerprint = std::make_unique<WholeFile>(vfs_, *file, kMaxFingerprint);
    files_->running.push_back(files_->fingerprint.get());
  }
  return {};
}

Result<LoadStep> SavedModelReader::step() {
  if (!files_) SMW_TRY(start());
  LoadStep all = SMW_TRY(stepFiles());
  if (all.done() && options_.choose && !options_.objects && files_->checkpoint &&
      files_->model->needsObjects()) {
    options_.objects = true;
    files_->checkpoint->wantObjects();
    files_->running = {files_->checkpoint.get()};
    all = SMW_TRY(stepFiles());
  }
  if (all.done()) SMW_TRY(finish());
  return all;
}

Result<LoadStep> SavedModelReader::stepFiles() {
  LoadStep all;
  std::vector<Loader*> running;
  for (Loader* loader : files_->running) {
    Result<LoadStep> step = loader->step();
    if (!step && loader == files_->checkpoint.get() && !options_.choose) {
      // One can look at a model whose weights are not all there.
      checkpointError_ = step.error().message();
      files_->checkpoint = nullptr;
      continue;
    }
    if (!step) return fail(std::move(step).error());
    if (step->done()) continue;
    running.push_back(loader);
    all.need.insert(all.need.end(), step->need.begin(), step->need.end());
  }
  files_->running = std::move(running);
  return all;
}

// Who only looks at a model reads no shard, but is told of one that is not there.
void SavedModelReader::dropIncompleteCheckpoint() {
  for (const BundleEntry& e : checkpoint_->entries()) {
    const std::string path = checkpoint_->shardPath(e.shard);
    if (e.size == 0 || vfs_.find(path)) continue;
    checkpointError_ = cat(path, " is missing");
    checkpoint_ = nullptr;
    return;
  }
}

Status SavedModelReader::finish() {
  schemaVersion_ = files_->model->schemaVersion();
  metaGraphs_ = files_->model->take();
  traces_ = files_->model->takeTraces();
  uncalled_ = files_->model->takeUncalled();
  if (files_->checkpoint) {
    checkpoint_ = files_->checkpoint->takeBundle();
    checkpointObjects_ = files_->checkpoint->takeObjects();
    if (!options_.choose) dropIncompleteCheckpoint();
  }
  if (files_->fingerprint) fingerprint_ = readFingerprint(files_->fingerprint->bytes());
  files_ = std::make_unique<Files>();
  if (!options_.choose) return {};
  std::vector<std::vector<std::string>> tags;
  for (const auto& m : metaGraphs_)
    tags.emplace_back(m->meta_info_def().tags().begin(), m->meta_info_def().tags().end());
  Result<size_t> chosen = chooseMetaGraph(tags, options_.tags);
  if (!chosen) return fail(std::move(chosen).error().inFile(vfs_.path(modelFile_)));
  chosen_ = *chosen;
  for (size_t i = 0; i < metaGraphs_.size(); ++i)
    if (i != chosen_) metaGraphs_[i] = std::make_unique<tensorflow::MetaGraphDef>();
  return {};
}

std::vector<ModelAsset> SavedModelReader::assets() const { return findAssets(metaGraph(), root_); }

}  // namespace smw
