#include "savedmodel/model_file.h"

#include <algorithm>

#include "base/strings.h"
#include "proto/meta_graph.pb.h"
#include "savedmodel/text_format.h"
#include "vfs/path.h"

namespace smw {
namespace {

constexpr int64_t kMaxText = int64_t(512) << 20;
// How far to read ahead: little after a large constant, as another one is likely to follow soon;
// more and more where there was none.
constexpr int64_t kSmallWindow = 32 << 10;

}  // namespace

ModelFile::ModelFile(const VirtualFileSystem& vfs, FileId file, ContentHeads& heads, Wanted wanted)
    : vfs_(vfs),
      file_(file),
      scanner_(vfs.path(file), vfs.size(file), &heads),
      windowSize_(kSliceBytes),
      wanted_(wanted) {
  if (baseName(vfs.path(file)).ends_with(".pbtxt"))
    text_ = std::make_unique<WholeFile>(vfs, file, kMaxText);
}
ModelFile::~ModelFile() = default;

Result<LoadStep> ModelFile::step() {
  if (text_) {
    LoadStep step = SMW_TRY(text_->step());
    if (!step.done()) return step;
    const auto bytes = text_->bytes();
    const std::string wire =
        SMW_TRY(textToWire({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                           "tensorflow.SavedModel", vfs_.path(file_)));
    text_ = nullptr;
    // The text has gone: constants cannot stay in it.
    scanner_ =
        PbScanner(vfs_.path(file_), int64_t(wire.size()), nullptr, {.inlineContent = INT64_MAX});
    SMW_TRY(scanner_.feed(std::as_bytes(std::span(wire))));
    SMW_TRY(parse());
    return step;
  }
  // Whether the last window was passed over in part tells how much to read next.
  if (begun_) {
    const int64_t end = scanner_.position() + filled_;
    SMW_TRY(scanner_.feed({window_->data(), size_t(filled_)}));
    windowSize_ = scanner_.position() > end ? kSmallWindow : std::min(2 * windowSize_, kSliceBytes);
  } else if (vfs_.size(file_) == 0) {
    SMW_TRY(scanner_.feed({}));
  }
  begun_ = true;
  LoadStep step;
  if (scanner_.done()) {
    window_ = nullptr;
    SMW_TRY(parse());
    return step;
  }
  const int64_t left = vfs_.size(file_) - scanner_.position();
  if (!window_) window_ = SMW_TRY(Buffer::tryAllocate(std::min(kSliceBytes, left)));
  filled_ = std::min({left, windowSize_, window_->size()});
  step.need.push_back({file_, scanner_.position(), filled_, window_->data()});
  return step;
}

Status ModelFile::parse() {
  google::protobuf::SetLogHandler(nullptr);  // it would print, and say no more than our own error
  for (size_t i = 0; i < scanner_.metaGraphs().size(); ++i) {
    std::string& bytes = scanner_.metaGraphs()[i];
    auto m = std::make_unique<tensorflow::MetaGraphDef>();
    bool parsed = m->ParseFromArray(bytes.data(), int(bytes.size()));
    bytes = {};
    uncalled_.emplace_back();
    parsed = parsed && addCalledFunctions(*m, std::move(scanner_.functions()[i]),
                                          wanted_.uncalled ? &uncalled_.back() : nullptr);
    traces_.push_back(traceRestore(*m));
    std::string& objects = scanner_.objects()[i];
    const bool needed = !objects.empty() && leavesVariables(*m, traces_.back());
    needsObjects_ |= needed;
    if (parsed && (needed || wanted_.objects))
      parsed = m->mutable_object_graph_def()->MergeFromString(objects);
    objects = {};
    if (!parsed)
      return fail(Error(Code::kDataLoss,
                        cat(vfs_.path(file_), " is damaged: MetaGraph ", i, " cannot be parsed"))
                      .inFile(vfs_.path(file_)));
    metaGraphs_.push_back(std::move(m));
  }
  return {};
}

}  // namespace smw
