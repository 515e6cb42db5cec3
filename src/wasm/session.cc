#include "wasm/session.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/clock.h"
#include "ops/op_def.h"
#include "ops/threads.h"
#include "wasm/options.h"
#include "wasm/threads.h"

namespace smw {

Session::Session(const std::string& options) : model_(new Model(vfs_, parseOptions(options))) {
  if (kernels::Parallel* pool = sessionPool()) {
    setPlannedThreads(pool->threads());
    model_->context().setParallel(*pool);
  }
}

Session::Answer Session::failed(Error e) {
  error_ = e.toJson();
  return kFailed;
}

bool Session::addFile(const std::string& path, double size) {
  auto r = vfs_.add(path, int64_t(size));
  if (!r) failed(std::move(r).error());
  return r.has_value();
}

double* Session::mailbox(size_t doubles) {
  if (mailbox_.size() < doubles) mailbox_.resize(doubles);
  return mailbox_.data();
}

Session::Answer Session::read(const LoadStep& need) {
  double* m = mailbox(2 + 4 * (need.need.size() + need.ahead.size()));
  *m++ = double(need.need.size());
  *m++ = double(need.ahead.size());
  for (const auto* list : {&need.need, &need.ahead})
    for (const ReadRequest& r : *list) {
      *m++ = double(r.file);
      *m++ = double(r.offset);
      *m++ = double(r.length);
      *m++ = double(reinterpret_cast<uintptr_t>(r.destination));
    }
  return kRead;
}

Session::Answer Session::step() {
  auto s = model_->step();
  if (!s) return failed(std::move(s).error());
  if (s->done()) return kDone;
  return s->need.empty() && s->ahead.empty() ? kPending : read(*s);
}

namespace {

/// Reads the mailbox from the front; past its end it gives zeros.
class MailReader {
 public:
  explicit MailReader(const std::vector<double>& m) : m_(m) {}
  int64_t next() { return at_ < m_.size() ? int64_t(m_[at_++]) : 0; }

 private:
  const std::vector<double>& m_;
  size_t at_ = 0;
};

}  // namespace

Status Session::readCall(std::vector<Tensor>& inputs, std::optional<std::vector<int>>& outputs) {
  MailReader mail(mailbox_);
  const int64_t n = mail.next();
  packed_.clear();
  for (int64_t i = 0; i < n; ++i) {
    const DType dtype = dtypeFromProto(int(mail.next()));
    const int64_t rank = mail.next(), bytes = mail.next();
    Dims dims;
    for (int64_t d = 0; d < rank && d < 255; ++d) dims.push_back(mail.next());
    inputs.push_back(SMW_TRY(Tensor::allocate(dtype, SMW_TRY(Shape::make(dims)))));
    packed_.push_back(nullptr);
    if (dtype == DType::kString) {
      packed_.back() = SMW_TRY(Buffer::tryAllocate(bytes));
    } else if (!isPod(dtype)) {
      return unimplemented("an input of type ", dtypeName(dtype), " cannot come from JavaScript");
    } else if (bytes != inputs.back().numBytes()) {
      return invalidArgument("input ", i, " has ", bytes, " bytes where ", inputs.back().describe(),
                             " takes ", inputs.back().numBytes());
    }
  }
  const int64_t m = mail.next();
  outputs.reset();
  if (m >= 0) outputs.emplace();
  for (int64_t i = 0; i < m; ++i) outputs->push_back(int(mail.next()));
  const int64_t runs = mail.next();
  runs_ = runs ? int(std::clamp<int64_t>(runs, 1, 1 << 20)) : 0;
  return {};
}

Session::Answer Session::begin(int signature) {
  abort();
  signature_ = signature;
  if (auto s = readCall(inputs_, wanted_); !s) return failed(std::move(s).error());
  if (auto s = model_->check(signature, inputs_); !s) return failed(std::move(s).error());
  double* m = mailbox(inputs_.size() + 1);
  for (size_t i = 0; i < inputs_.size(); ++i)
    m[i] = double(reinterpret_cast<uintptr_t>(packed_[i] ? static_cast<void*>(packed_[i]->data())
                                                         : inputs_[i].raw()));
  return kDone;
}

Status Session::unpackStrings() {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (!packed_[i]) continue;
    const int64_t n = inputs_[i].numElements(), size = packed_[i]->size();
    if (size / 4 < n) return invalidArgument("a string input is shorter than its lengths");
    const std::byte* lengths = packed_[i]->data();
    int64_t at = 4 * n;
    for (int64_t k = 0; k < n; ++k) {
      uint32_t length;
      std::memcpy(&length, lengths + 4 * k, 4);
      if (int64_t(length) > size - at) return invalidArgument("a string input is cut off");
      inputs_[i].data<std::string>()[k].assign(reinterpret_cast<const char*>(lengths) + at, length);
      at += length;
    }
  }
  packed_.clear();
  return {};
}

Status Session::startRun() {
  begun_ = true;
  if (!profile_) return model_->begin(signature_, std::move(inputs_), wanted_);
  profile_->beginRun();
  return model_->begin(signature_, inputs_, wanted_);
}

Session::Answer Session::run(double budgetMs) {
  if (!begun_) {
    if (auto s = unpackStrings(); !s) return failed(std::move(s).error());
    if (runs_ > 0) {
      runsLeft_ = runs_ > 1 ? runs_ + 1 : 1;
      profile_ = std::make_unique<Profile>();
      model_->setProfile(profile_.get());
    }
    if (auto s = startRun(); !s) return failed(std::move(s).error());
  }
  const auto fetch = [&] {
    auto need = model_->fetch();
    if (!need) return failed(std::move(need).error());
    return need->done() ? kPending : read(*need);
  };
  // What a step waits for may take several reads.
  if (const Answer a = fetch(); a != kPending) return a;
  Budget budget;
  if (budgetMs > 0) {
    budget.spent = [end = nowMs() + budgetMs] { return nowMs() >= end; };
  }
  if (profile_) profile_->resume();
  auto state = model_->run(budget);
  if (profile_) profile_->pause();
  if (!state) return failed(std::move(state).error());
  if (*state == RunState::kPending) return kPending;
  if (*state == RunState::kWaiting) return fetch();
  outputs_ = model_->takeOutputs();
  if (profile_) {
    profile_->endRun(--runsLeft_ < runs_);
    if (runsLeft_ > 0) {
      if (auto s = startRun(); !s) return failed(std::move(s).error());
      return kPending;
    }
    auto json = Tensor::scalar(profile_->toJson());
    if (!json) return failed(std::move(json).error());
    outputs_.push_back(std::move(*json));
  }
  if (auto s = writeOutputs(); !s) return failed(std::move(s).error());
  return kDone;
}

void Session::abort() {
  model_->abort();
  model_->setProfile(nullptr);
  profile_ = nullptr;
  inputs_.clear();
  packed_.clear();
  outputs_.clear();
  packedOutputs_.clear();
  begun_ = false;
}

Status Session::writeOutputs() {
  size_t doubles = 1;
  for (const Tensor& t : outputs_) doubles += 4 + size_t(t.shape().rank());
  double* m = mailbox(doubles);
  *m++ = double(outputs_.size());
  packedOutputs_.clear();
  packedOutputs_.reserve(outputs_.size());
  for (const Tensor& t : outputs_) {
    const void* data = t.raw();
    int64_t bytes = t.numBytes();
    if (t.dtype() == DType::kString) {
      std::string& block = packedOutputs_.emplace_back();
      for (const std::string& s : t.span<std::string>()) {
        const uint32_t length = uint32_t(s.size());
        block.append(reinterpret_cast<const char*>(&length), 4);
      }
      for (const std::string& s : t.span<std::string>()) block += s;
      data = block.data();
      bytes = int64_t(block.size());
    } else if (!isPod(t.dtype())) {
      return unimplemented("an output of type ", dtypeName(t.dtype()), " cannot leave the model");
    }
    *m++ = double(int(t.dtype()));
    *m++ = double(t.shape().rank());
    *m++ = double(reinterpret_cast<uintptr_t>(data));
    *m++ = double(bytes);
    for (int64_t d : t.shape().dims()) *m++ = double(d);
  }
  return {};
}

std::string Session::info() const { return model_->info().toJson(); }

namespace {

std::string factsJson(const std::vector<TensorFact>& facts) {
  std::string s = "[";
  for (const TensorFact& f : facts) {
    if (s.size() > 1) s += ',';
    s += cat("{\"key\":", jsonQuote(f.key), ",\"name\":", jsonQuote(f.name), ",\"dtype\":\"",
             dtypeName(f.dtype), "\",\"dtypeNumber\":", int(f.dtype), ",\"optional\":", f.optional,
             ",\"shape\":");
    if (f.shape.unknownRank()) {
      s += "null}";
      continue;
    }
    s += '[';
    for (int i = 0; i < f.shape.rank(); ++i) s += cat(i ? "," : "", f.shape.dims()[size_t(i)]);
    s += "]}";
  }
  return s + ']';
}

}  // namespace

std::string Session::about() const {
  std::string s =
      cat("{\"tensorflowVersion\":", jsonQuote(model_->tensorflowVersion()), ",\"tags\":[");
  const char* comma = "";
  for (const std::string& tag : model_->tags()) {
    s += cat(comma, jsonQuote(tag));
    comma = ",";
  }
  s += "],\"signatures\":[";
  comma = "";
  for (const SignatureFact& f : model_->signatures()) {
    std::string missing;
    for (const auto& [op, nodes] : model_->unsupported(size_t(&f - model_->signatures().data())))
      for (const std::string& node : nodes)
        missing += cat(missing.empty() ? "" : ",", "{\"op\":", jsonQuote(op),
                       ",\"node\":", jsonQuote(node), "}");
    s += comma;
    comma = ",";
    s += cat("{\"name\":", jsonQuote(f.name), ",\"methodName\":", jsonQuote(f.methodName),
             ",\"inputs\":", factsJson(f.inputs), ",\"outputs\":", factsJson(f.outputs),
             ",\"unsupported\":[", missing, "]}");
  }
  return s + "]}";
}

std::string Session::progress() const {
  return cat("{\"wanted\":", model_->bytesWanted(), ",\"done\":", model_->bytesDone(), "}");
}

std::string Session::memory() const {
  const MemoryUse m = model_->memory();
  return cat("{\"weights\":", m.weights, ",\"winograd\":", m.winograd,
             ",\"activations\":", m.activations, ",\"buffers\":", m.buffers, ",\"peak\":", m.peak,
             "}");
}

std::string Session::compression() const {
  std::string s = "[";
  for (const Compression::Layer& l : model_->compression().layers) {
    const auto& e = l.error;
    const double largest = std::max(e.largest, 1e-300), all = std::max(e.squaresOfWeights, 1e-300);
    s += cat(s.size() > 1 ? "," : "", "{\"name\":", jsonQuote(l.name),
             ",\"bytesBefore\":", l.bytesBefore, ",\"bytesAfter\":", l.bytesAfter,
             ",\"maxError\":", e.most / largest, ",\"rmsError\":", std::sqrt(e.squares / all), "}");
  }
  return s + ']';
}

std::string supportedOpsJson() {
  std::string s = "[";
  for (const OpDef* d : allOps())
    if (!d->name.starts_with('_')) s += cat(s.size() > 1 ? "," : "", jsonQuote(d->name));
  return s + ']';
}

}  // namespace smw
