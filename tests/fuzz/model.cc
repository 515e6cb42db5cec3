// A whole model: the bytes are split into saved_model.pb (or .pbtxt), variables.index and one
// shard; it is loaded, and each signature is called twice, the second time replaying what the first
// one recorded. tests/fuzz/support/model_seed.mjs writes this layout:
//   flags, uint24 size of saved_model.pb, uint24 size of variables.index, the three files
#include <algorithm>
#include <chrono>
#include <cstring>
#include <numeric>

#include "proto/meta_graph.pb.h"
#include "runtime/model.h"
#include "vfs/memory_files.h"

namespace {

using namespace smw;
using Clock = std::chrono::steady_clock;

enum Flags : uint8_t { kText = 1, kVerify = 2, kInspect = 4 };
constexpr int64_t kMostBytes = 8 << 20;  // of buffers: keeps single kernels short
constexpr size_t kMostSignatures = 3;
constexpr auto kMostTime = std::chrono::milliseconds(200);  // of a call, and of initialising

/// Cuts pieces off the input's front; gives less where there is less.
class Bytes {
 public:
  explicit Bytes(std::string_view all) : all_(all) {}
  uint8_t byte() {
    const std::string_view s = take(1);
    return s.empty() ? 0 : uint8_t(s[0]);
  }
  size_t size24() { return size_t(byte()) | size_t(byte()) << 8 | size_t(byte()) << 16; }
  std::string_view take(size_t n) {
    const std::string_view s = all_.substr(0, n);
    all_.remove_prefix(s.size());
    return s;
  }
  std::string_view rest() const { return all_; }

 private:
  std::string_view all_;
};

/// Small values of the dtype, in a shape that the signature takes.
Result<Tensor> makeInput(const TensorFact& f, int64_t unknown, std::string_view text) {
  Dims dims;
  if (f.shape.unknownRank()) dims.push_back(unknown);
  for (int64_t d : f.shape.dims()) dims.push_back(d < 0 ? unknown : d);
  Tensor t = SMW_TRY(Tensor::allocate(f.dtype, SMW_TRY(Shape::make(dims))));
  if (f.dtype == DType::kString)
    for (int64_t i = 0; i < t.numElements(); ++i) t.data<std::string>()[i] = text.substr(0, 64);
  if (!isPod(f.dtype)) return t;
  const size_t size = dtypeSize(f.dtype);
  auto* p = static_cast<unsigned char*>(t.raw());
  std::memset(p, 0, size_t(t.numBytes()));
  const bool real = f.dtype == DType::kFloat;
  for (int64_t i = 0; i < t.numElements(); ++i) {
    const float v = float(i % 3);
    if (real)
      std::memcpy(p + size_t(i) * size, &v, size);
    else
      p[size_t(i) * size] = (unsigned char)(i % (f.dtype == DType::kBool ? 2 : 3));
  }
  return t;
}

Status call(Model& m, MemoryFiles& files, int signature, int64_t unknown, std::string_view text) {
  std::vector<Tensor> inputs;
  for (const TensorFact& f : m.signatures()[size_t(signature)].inputs)
    inputs.push_back(SMW_TRY(makeInput(f, unknown, text)));
  SMW_TRY(m.begin(signature, std::move(inputs)));
  const auto end = Clock::now() + kMostTime;
  while (true) {
    const RunState state = SMW_TRY(m.run({[end] { return Clock::now() >= end; }}));
    if (state == RunState::kDone) break;
    if (state == RunState::kPending) {
      if (Clock::now() < end) continue;
      m.abort();
      return {};
    }
    const LoadStep step = SMW_TRY(m.fetch());
    for (const ReadRequest& r : step.need) SMW_TRY(files.read(r));
  }
  for (const Tensor& t : m.takeOutputs()) (void)t.describe();
  return {};
}

/// False where it failed, or takes for ever to initialise.
bool load(Model& m, MemoryFiles& files) {
  const auto end = Clock::now() + kMostTime;
  while (true) {
    const auto step = m.step();
    if (!step || (step->pending && Clock::now() >= end)) return false;
    if (step->done()) return true;
    for (const ReadRequest& r : step->need)
      if (!files.read(r)) return false;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  google::protobuf::SetLogHandler(nullptr);
  Buffer::setLimit(kMostBytes);
  Bytes bytes({reinterpret_cast<const char*>(data), size});
  const uint8_t flags = bytes.byte();
  const size_t model = bytes.size24(), index = bytes.size24();
  MemoryFiles files;
  const auto add = [&](const char* path, std::string_view s) {
    (void)files.add(path, std::string(s));
  };
  const std::string_view definition = bytes.take(model);
  add(flags & kText ? "saved_model.pbtxt" : "saved_model.pb", definition);
  add("variables/variables.index", bytes.take(index));
  add("variables/variables.data-00000-of-00001", bytes.rest());
  add("assets/words.txt", "one\ntwo\n");
  {
    ModelOptions options;
    options.verify = (flags & kVerify) != 0;
    options.inspectOnly = (flags & kInspect) != 0;
    Model m(files.vfs(), options);
    if (!load(m, files) || flags & kInspect) {
      (void)m.info();
      return 0;
    }
    const size_t n = std::min(m.signatures().size(), kMostSignatures);
    for (size_t i = 0; i < n; ++i)
      for (const int64_t unknown : {1, 1, 3, 0}) (void)call(m, files, int(i), unknown, definition);
    (void)m.memory();
  }
  if (Buffer::bytesInUse() != 0) __builtin_trap();  // a cycle of references
  return 0;
}
