// Goes through saved_model.pb once, in whatever pieces it comes, and leaves out what need not be in
// memory.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "savedmodel/content_heads.h"

namespace smw {

/// A tensor_content of a node's attribute that is larger than this stays in the file.
inline constexpr int64_t kInlineContent = 4096;

struct ScanLimits {
  int64_t inlineContent = kInlineContent;
  int64_t maxBytes = int64_t(256) << 20;  // of what is left for protobuf to parse
  int64_t maxMessages = int64_t(20) << 20;
  int maxDepth = 90;  // below protobuf's own limit
  /// Functions up to this size stay unparsed, with all that is in them, while they are no more than
  /// that together; so does an object graph.
  int64_t wholeFunction = int64_t(1) << 20, wholeFunctions = int64_t(8) << 20;
  int64_t wholeObjects = int64_t(64) << 20;
};

/// A resumable state machine. While not done(), feed it bytes of the file from position() on, as
/// many as are convenient; it may jump ahead over what it does not want. What remains of each
/// MetaGraphDef is well-formed wire format in which
/// - fields that proto/ does not know (debug info, devices, descriptions) are gone,
/// - AttrValue.tensor contents over `inlineContent` bytes are replaced by content_offset,
/// content_length,
/// - functions() and objects() are missing: few of them may ever be looked at.
class PbScanner {
 public:
  /// `heads` (may be null) keeps what was fed of contents that stay in the file.
  PbScanner(std::string fileName, int64_t fileSize, ContentHeads* heads, ScanLimits limits = {});

  bool done() const { return position_ == fileSize_ && checkedEnd_; }
  /// Offset of the next byte that is wanted.
  int64_t position() const { return position_; }
  /// DATA_LOSS where the file ends too early or is damaged, INVALID_ARGUMENT where it is something
  /// else, RESOURCE_EXHAUSTED where it is too large or too deep. At most fileSize - position()
  /// bytes.
  Status feed(std::span<const std::byte> bytes);

  int64_t schemaVersion() const { return schemaVersion_; }
  /// Serialized MetaGraphDefs, in the file's order. Once done().
  std::vector<std::string>& metaGraphs() { return metaGraphs_; }
  /// For each of them the FunctionDefs that were taken out of its library, just as they are in the
  /// file.
  std::vector<std::vector<std::string>>& functions() { return functions_; }
  /// The SavedObjectGraph of each; "" where it has none, or a very large one.
  std::vector<std::string>& objects() { return objects_; }

 private:
  struct Frame {
    int message;
    int64_t end, length;        // in the file
    size_t lengthWidth, start;  // in the output; the length stands right before the start
    bool inAttr;                // the message is AttrValue.tensor
  };
  struct Header {
    uint32_t field, wire;
    uint64_t value;  // of a varint, or the length
    size_t size;     // bytes of the header; fixed values lie in it
  };
  [[gnu::noinline]] Status step(std::span<const std::byte> bytes, size_t& at);
  [[gnu::noinline]] Status take(const Header& h, std::span<const std::byte> raw,
                                std::span<const std::byte> rest);
  Status open(const Header& h, std::span<const std::byte> raw, int message, bool inAttr);
  Status content(int64_t length, std::span<const std::byte> rest);
  Status emit(std::span<const std::byte> bytes);
  Status tooMuch() const;
  void flush();
  size_t outSize() const { return metaGraphs_.back().size() + run_.size(); }
  void closeFinished();
  Status finish();
  Error damaged(std::string message) const;
  Error cutOff(std::string_view inside, int64_t needed) const;

  std::string file_;
  int64_t fileSize_;
  ContentHeads* heads_;
  ScanLimits limits_;
  int64_t position_ = 0;
  bool checkedEnd_ = false;
  int64_t copy_ = 0;                 // bytes still to be copied as they are
  std::string* whole_ = nullptr;     // where they go; null: to the output
  std::span<const std::byte> run_;   // of the piece that is fed: kept, and not in the output yet
  std::array<std::byte, 24> carry_;  // the start of a header whose rest was not fed yet
  size_t carried_ = 0;
  std::vector<Frame> frames_;
  std::vector<std::string> metaGraphs_;
  std::vector<std::vector<std::string>> functions_;
  std::vector<std::string> objects_;
  int64_t written_ = 0, messages_ = 0, wholeBytes_ = 0;
  int64_t schemaVersion_ = 0;
};

}  // namespace smw
