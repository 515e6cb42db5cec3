#include "savedmodel/pb_scanner.h"

#include <algorithm>
#include <cstring>

#include "base/strings.h"
#include "savedmodel/message_table.h"
#include "savedmodel/sniff.h"
#include "savedmodel/wire.h"

namespace smw {
namespace {

constexpr uint32_t kSchemaVersionField = 1, kMetaGraphsField = 2;  // of SavedModel
constexpr uint32_t kTensorContentField = 4;                        // of TensorProto
constexpr uint32_t kContentOffsetField = 1000, kContentLengthField = 1001;

struct Messages {
  int savedModel = findMessage("tensorflow.SavedModel");
  int tensor = findMessage("tensorflow.TensorProto");
  int attrValue = findMessage("tensorflow.AttrValue");
  int function = findMessage("tensorflow.FunctionDef");
  int objects = findMessage("tensorflow.SavedObjectGraph");
};
const Messages& messages() {
  static const Messages m;
  return m;
}

enum class Parsed { kOk, kIncomplete, kBad };

}  // namespace

PbScanner::PbScanner(std::string fileName, int64_t fileSize, ContentHeads* heads, ScanLimits limits)
    : file_(std::move(fileName)), fileSize_(fileSize), heads_(heads), limits_(limits) {
  frames_.push_back({messages().savedModel, fileSize, 0, 0, 0, false});
}

Status PbScanner::feed(std::span<const std::byte> bytes) {
  if (position_ == 0) {
    if (fileSize_ == 0) return fail(Error(Code::kDataLoss, cat(file_, " is empty")).inFile(file_));
    if (const std::string_view what = sniffFile(bytes); !what.empty())
      return fail(Error(Code::kInvalidArgument, cat(file_, " is not a SavedModel but ", what))
                      .inFile(file_));
  }
  size_t at = 0;
  while (at < bytes.size()) SMW_TRY(step(bytes, at));
  closeFinished();
  flush();
  return position_ == fileSize_ ? finish() : Status();
}

namespace {

template <typename Header>
Parsed parseHeader(std::span<const std::byte> bytes, Header& h) {
  size_t at = 0;
  const auto incomplete = [&](size_t from) {
    return bytes.size() - from >= 10 ? Parsed::kBad : Parsed::kIncomplete;
  };
  const auto tag = readVarint(bytes, at);
  if (!tag) return incomplete(0);
  if (*tag >> 3 == 0 || *tag > UINT32_MAX) return Parsed::kBad;
  h.field = uint32_t(*tag >> 3);
  h.wire = *tag & 7;
  h.value = 0;
  if (h.wire == kVarint || h.wire == kLengthDelimited) {
    const size_t from = at;
    const auto value = readVarint(bytes, at);
    if (!value) return incomplete(from);
    h.value = *value;
  } else if (h.wire == kFixed64 || h.wire == kFixed32) {
    at += h.wire == kFixed64 ? 8 : 4;
    if (at > bytes.size()) return Parsed::kIncomplete;
  } else {
    return Parsed::kBad;  // groups: no message of TensorFlow has them
  }
  h.size = at;
  return Parsed::kOk;
}

}  // namespace

// Consumes some of bytes[at...]: a run that is copied, or a header and what its field asks for.
Status PbScanner::step(std::span<const std::byte> bytes, size_t& at) {
  if (copy_ > 0) {
    const size_t n = size_t(std::min<int64_t>(copy_, int64_t(bytes.size() - at)));
    const auto part = bytes.subspan(at, n);
    at += n;
    position_ += int64_t(n);
    copy_ -= int64_t(n);
    if (!whole_) return emit(part);
    whole_->append(reinterpret_cast<const char*>(part.data()), n);
    return {};
  }
  whole_ = nullptr;
  closeFinished();
  if (position_ == fileSize_) return internal("more bytes than the file has");

  const int64_t start = position_ - int64_t(carried_);
  std::span<const std::byte> raw = bytes.subspan(at);
  if (carried_ > 0) {  // the header began in an earlier piece
    const size_t n = std::min(carry_.size() - carried_, raw.size());
    std::copy_n(raw.begin(), n, carry_.begin() + carried_);
    raw = std::span(carry_).first(carried_ + n);
  }
  const Frame& frame = frames_.back();
  const bool whole = int64_t(raw.size()) >= frame.end - start;
  if (whole) raw = raw.first(size_t(frame.end - start));
  Header h;
  const Parsed parsed = parseHeader(raw, h);
  if (parsed == Parsed::kIncomplete && !whole) {
    // Fewer than 24 bytes: carry them.
    const size_t had = carried_, now = raw.size();
    if (had == 0) std::copy(raw.begin(), raw.end(), carry_.begin());
    carried_ = now;
    at += now - had;
    position_ += int64_t(now - had);
    return {};
  }
  if (parsed != Parsed::kOk) {
    if (frames_.size() > 1)
      return damaged(
          cat("a field of ", messageName(frame.message), " at byte ", start, " is damaged"));
    if (parsed == Parsed::kIncomplete) return cutOff("a field", 0);
    if (metaGraphs_.empty())
      return fail(
          Error(Code::kInvalidArgument, cat(file_, " is not a SavedModel: not in protobuf format"))
              .inFile(file_));
    return damaged(cat("what follows the last MetaGraph at byte ", start, " is not protobuf"));
  }
  at += h.size - carried_;
  const bool carried = carried_ > 0;
  carried_ = 0;
  position_ = start + int64_t(h.size);
  SMW_TRY(take(h, raw.first(h.size), bytes.subspan(at)));
  if (carried) flush();  // what was carried is not in the piece, and is overwritten next time
  // What take() jumped over may lie in this piece.
  const int64_t jumped = position_ - (start + int64_t(h.size));
  at += size_t(std::min<int64_t>(jumped, int64_t(bytes.size() - at)));
  return {};
}

Status PbScanner::take(const Header& h, std::span<const std::byte> raw,
                       std::span<const std::byte> rest) {
  const Frame& frame = frames_.back();
  const bool root = frames_.size() == 1;
  const int64_t left = frame.end - position_;
  const FieldRow* field = findField(frame.message, h.field);
  if (root && metaGraphs_.empty()) {
    if (h.field == 1 && h.wire == kLengthDelimited)
      return fail(Error(Code::kInvalidArgument, cat(file_,
                                                    " is not a SavedModel; it looks like a "
                                                    "GraphDef (a frozen graph) or a MetaGraphDef"))
                      .inFile(file_));
    const bool expected = field && (h.field == kMetaGraphsField) == (h.wire == kLengthDelimited);
    if (!expected && position_ == int64_t(h.size))
      return fail(Error(Code::kInvalidArgument,
                        cat(file_, " is not a SavedModel: its first field is none of SavedModel's"))
                      .inFile(file_));
  }
  if (h.wire == kLengthDelimited && h.value > uint64_t(left)) {
    if (!root)
      return damaged(cat("field ", h.field, " of ", messageName(frame.message), " at byte ",
                         position_, " goes on beyond the message's end"));
    const uint64_t end = h.value > uint64_t(INT64_MAX) - uint64_t(position_)
                             ? INT64_MAX
                             : uint64_t(position_) + h.value;
    return cutOff(field && field->kind == FieldKind::kMessage ? "a MetaGraphDef" : "a field",
                  int64_t(end));
  }
  const int64_t length = h.wire == kLengthDelimited ? int64_t(h.value) : 0;
  if (root) {
    if (h.field == kSchemaVersionField && h.wire == kVarint) schemaVersion_ = int64_t(h.value);
    if (h.field != kMetaGraphsField || h.wire != kLengthDelimited) {
      position_ += length;
      return {};
    }
    flush();
    metaGraphs_.emplace_back();
    functions_.emplace_back();
    objects_.emplace_back();
    frames_.push_back({int(field->child), position_ + length, length, 0, 0, false});
    return {};
  }
  if (!field) {
    position_ += length;
    return {};
  }
  if (frame.message == messages().tensor) {
    if (h.field == kContentOffsetField || h.field == kContentLengthField) {
      position_ += length;  // ours alone: a file has no say in it
      return {};
    }
    if (h.field == kTensorContentField && frame.inAttr && length > limits_.inlineContent)
      return content(length, rest);
  }
  if (field->kind == FieldKind::kMessage) {
    if (h.wire != kLengthDelimited) return {};
    if (field->child == messages().function && length <= limits_.wholeFunction &&
        wholeBytes_ + length <= limits_.wholeFunctions) {
      wholeBytes_ += length;
      whole_ = &functions_.back().emplace_back();
    } else if (field->child == messages().objects && length <= limits_.wholeObjects) {
      whole_ = &objects_.back();
    }
    if (whole_) {
      written_ += length;
      if (written_ > limits_.maxBytes) return tooMuch();
      whole_->reserve(whole_->size() + size_t(length));
      copy_ = length;
      return {};
    }
    const bool inAttr = frame.message == messages().attrValue && field->child == messages().tensor;
    return open(h, raw, int(field->child), inAttr);
  }
  SMW_TRY(emit(raw));
  if (written_ + length > limits_.maxBytes) return tooMuch();
  copy_ = length;
  return {};
}

Status PbScanner::open(const Header& h, std::span<const std::byte> raw, int message, bool inAttr) {
  if (int(frames_.size()) >= limits_.maxDepth)
    return fail(Error(Code::kResourceExhausted,
                      cat(file_, ": messages are nested more than ", limits_.maxDepth, " deep"))
                    .inFile(file_));
  if (++messages_ > limits_.maxMessages)
    return fail(Error(Code::kResourceExhausted,
                      cat(file_, ": there are more than ", limits_.maxMessages, " messages"))
                    .inFile(file_));
  // The length is mended in the end, where something was left out: it keeps its width.
  size_t tag = 0;
  (void)readVarint(raw, tag);
  SMW_TRY(emit(raw));
  const int64_t length = int64_t(h.value);
  frames_.push_back({message, position_ + length, length, raw.size() - tag, outSize(), inAttr});
  return {};
}

Status PbScanner::content(int64_t length, std::span<const std::byte> rest) {
  flush();
  std::string& out = metaGraphs_.back();
  const size_t before = out.size();
  writeTag(out, kContentOffsetField, kVarint);
  writeVarint(out, uint64_t(position_));
  writeTag(out, kContentLengthField, kVarint);
  writeVarint(out, uint64_t(length));
  written_ += int64_t(out.size() - before);
  const size_t head = size_t(std::min<int64_t>(length, int64_t(rest.size())));
  if (heads_ && head > 0)
    heads_->keep(position_, std::string(reinterpret_cast<const char*>(rest.data()), head));
  position_ += length;
  return {};
}

/// Adds to the output what follows in the piece: neighbours are copied together, by flush().
Status PbScanner::emit(std::span<const std::byte> bytes) {
  written_ += int64_t(bytes.size());
  if (written_ > limits_.maxBytes) return tooMuch();
  if (!run_.empty() && run_.data() + run_.size() == bytes.data()) {
    run_ = {run_.data(), run_.size() + bytes.size()};
  } else {
    flush();
    run_ = bytes;
  }
  return {};
}

void PbScanner::flush() {
  if (run_.empty()) return;
  metaGraphs_.back().append(reinterpret_cast<const char*>(run_.data()), run_.size());
  run_ = {};
}

Status PbScanner::tooMuch() const {
  return fail(Error(Code::kResourceExhausted, cat(file_, ": more than ", limits_.maxBytes >> 20,
                                                  " MB are left besides large constants"))
                  .inFile(file_));
}

void PbScanner::closeFinished() {
  while (copy_ == 0 && carried_ == 0 && frames_.size() > 1 && frames_.back().end == position_) {
    const Frame& f = frames_.back();
    if (const size_t length = outSize() - f.start; f.lengthWidth && length != size_t(f.length)) {
      flush();
      fillLength(metaGraphs_.back(), f.start - f.lengthWidth, f.lengthWidth, length);
    }
    frames_.pop_back();
  }
}

Status PbScanner::finish() {
  if (frames_.size() > 1 || carried_ > 0 || copy_ > 0)
    return cutOff(frames_.size() > 1 ? "a MetaGraphDef" : "a field", 0);
  if (metaGraphs_.empty())
    return fail(Error(Code::kInvalidArgument, cat(file_, " holds no MetaGraph")).inFile(file_));
  checkedEnd_ = true;
  return {};
}

Error PbScanner::damaged(std::string message) const {
  return fail(Error(Code::kDataLoss, cat(file_, " is damaged: ", message)).inFile(file_));
}

Error PbScanner::cutOff(std::string_view inside, int64_t needed) const {
  std::string message =
      cat(file_, " is cut off: it ends in the middle of ", inside, ", at byte ", fileSize_);
  if (needed > fileSize_) message += cat(" of ", needed);
  return fail(Error(Code::kDataLoss, std::move(message)).inFile(file_));
}

}  // namespace smw
