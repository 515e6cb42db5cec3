// Large constants of saved_model.pb are left in the file when it is scanned. What the scan had read
// of one before it knew its length is kept here, so that no byte is read twice.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace smw {

class ContentHeads {
 public:
  /// All heads together hold at most this much; past it, heads are read again with their constants.
  static constexpr int64_t kBudget = int64_t(12) << 20;

  /// True where there was room.
  bool keep(int64_t offset, std::string head) {
    if (bytes_ + int64_t(head.size()) > kBudget) return false;
    bytes_ += int64_t(head.size());
    heads_[offset] = std::move(head);
    return true;
  }
  /// The first bytes of the constant at `offset` of the file, or null.
  const std::string* find(int64_t offset) const {
    const auto it = heads_.find(offset);
    return it == heads_.end() ? nullptr : &it->second;
  }
  void drop(int64_t offset) {
    const auto it = heads_.find(offset);
    if (it == heads_.end()) return;
    bytes_ -= int64_t(it->second.size());
    heads_.erase(it);
  }
  void clear() {
    heads_.clear();
    bytes_ = 0;
  }
  int64_t bytes() const { return bytes_; }

 private:
  std::unordered_map<int64_t, std::string> heads_;
  int64_t bytes_ = 0;
};

}  // namespace smw
