#include "savedmodel/weight_run.h"

#include <algorithm>
#include <cstring>

#include "base/crc32c.h"
#include "base/strings.h"
#include "savedmodel/string_tensor.h"

namespace smw {
namespace {

// Smaller tensors are copied out of the slice buffer, so that neighbours come with one read: over a
// network each read is a request.
constexpr int64_t kDirectBytes = 1 << 20;

void swapBytes(std::span<std::byte> bytes, size_t unit) {
  for (size_t at = 0; at + unit <= bytes.size(); at += unit)
    std::reverse(bytes.begin() + at, bytes.begin() + at + unit);
}

}  // namespace

Status WeightTarget::begin() {
  if (begun) return {};
  begun = true;
  SMW_TRY(sink->begin(dtype, shape));
  if (!isPod(dtype)) return {};
  const int64_t bytes = SMW_TRY(mul(shape.numElements(), int64_t(dtypeSize(dtype))));
  memory = sink->direct(bytes);
  if (!assembled) return {};
  if (!memory) {
    owned = SMW_TRY(Buffer::tryAllocate(bytes));
    memory = owned->data();
  }
  if (bytes > 0) std::memset(memory, 0, size_t(bytes));
  return {};
}

Status WeightTarget::finish() {
  if (assembled && isPod(dtype)) {
    const size_t bytes = size_t(shape.numElements()) * dtypeSize(dtype);
    if (bytes > 0) SMW_TRY(sink->consume(0, {memory, bytes}));
  }
  owned = nullptr;
  return sink->finish();
}

Status WeightRun::start() {
  started = true;
  for (WeightTarget* t : targets) SMW_TRY(t->begin());
  if (dtype == DType::kString) {
    owned = SMW_TRY(Buffer::tryAllocate(length));
    memory = owned->data();
  } else if (length >= kDirectBytes) {
    for (const WeightTarget* t : targets)
      if (!t->assembled && t->memory) memory = t->memory;
  }
  const std::string* head = heads ? heads->find(offset) : nullptr;
  if (!head) return {};
  std::string bytes = head->substr(0, size_t(std::min<int64_t>(length, int64_t(head->size()))));
  heads->drop(offset);
  planned = int64_t(bytes.size());
  const size_t whole = planned == length ? bytes.size() : bytes.size() / 16 * 16;
  tail = bytes.substr(whole);
  if (memory) std::memcpy(memory, bytes.data(), bytes.size());
  return deliver({memory ? memory : reinterpret_cast<std::byte*>(bytes.data()), whole});
}

Status WeightRun::deliver(std::span<std::byte> bytes) {
  if (bytes.empty()) return {};
  const int64_t at = done;
  done += int64_t(bytes.size());
  if (dtype == DType::kString) return {};  // decoded once all are here
  if (verify) crc = crc32cExtend(crc, bytes);
  const size_t element = dtypeSize(dtype);
  if (swap) swapBytes(bytes, isComplex(dtype) ? element / 2 : element);
  for (WeightTarget* t : targets) {
    if (t->assembled) {
      copyBoxRun(box, at, bytes, t->box, t->memory, element);
      continue;
    }
    std::span<const std::byte> view = bytes;
    if (t->memory) {
      if (t->memory + at != bytes.data()) std::memcpy(t->memory + at, bytes.data(), bytes.size());
      view = {t->memory + at, bytes.size()};
    }
    SMW_TRY(t->sink->consume(at, view));
  }
  return {};
}

Status WeightRun::finish() {
  if (dtype == DType::kString) {
    auto strings = decodeStringTensor({memory, size_t(length)}, numElements, swap, verify);
    if (!strings) return damaged(strings.error().message());
    crc = strings->crc32c;

    for (WeightTarget* t : targets) {
      std::vector<std::string> values = strings->values;
      SMW_TRY(t->sink->strings(values));
    }
    owned = nullptr;
  }
  if (verify && crc != expectedCrc) return damaged("its checksum is wrong");
  for (WeightTarget* t : targets)
    if (--t->runsLeft == 0) SMW_TRY(t->finish());
  return {};
}

Error WeightRun::damaged(std::string_view what) const {
  return fail(
      Error(Code::kDataLoss, cat("the tensor ", name, " in ", fileName, " is damaged: ", what))
          .inFile(fileName)
          .about(name));
}

}  // namespace smw
