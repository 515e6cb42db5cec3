#include "savedmodel/weight_loader.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <tuple>

#include "base/strings.h"
#include "savedmodel/weight_run.h"

namespace smw {
namespace {

// Ranges of one file this close to each other are read together, with what lies between.
constexpr int64_t kMaxGap = 4096;
// Pieces are cut at multiples of this: no element is cut.
constexpr int64_t kPieceAlign = 64;

}  // namespace

struct WeightLoader::State {
  explicit State(const VirtualFileSystem& v, WeightLoaderOptions o) : vfs(v), options(o) {
    options.sliceBytes = std::max(options.sliceBytes / kPieceAlign * kPieceAlign, kPieceAlign);
  }

  // A run of a run that the last step asked for.
  struct Piece {
    WeightRun* run;
    std::byte* at;
    int64_t length;
  };

  const VirtualFileSystem& vfs;
  WeightLoaderOptions options;
  std::vector<std::unique_ptr<WeightTarget>> targets;
  // By where they lie; runs of one place that belong to different entries are told apart by those.
  std::map<std::tuple<FileId, int64_t, const void*>, std::unique_ptr<WeightRun>> known;
  std::vector<WeightRun*> runs;  // in that order, once the loader runs
  // What a step asks for, and where it goes.
  struct Slice {
    std::vector<ReadRequest> need;
    std::vector<Piece> pieces;
    Ref<Buffer> buffer;
  };
  bool running = false;
  size_t next = 0;  // the first run that is not planned to its end
  Slice current, ahead;
  int64_t wanted = 0, done = 0;

  Result<WeightRun*> entryRun(const TensorBundle& bundle, const BundleEntry& e,
                              std::string_view name);
  void feed(WeightRun* s, WeightTarget* t) {
    s->targets.push_back(t);
    ++t->runsLeft;
  }
  Status deliver(Slice& slice);
  Status plan(Slice& slice);
};

WeightLoader::WeightLoader(const VirtualFileSystem& vfs, WeightLoaderOptions options)
    : s_(std::make_unique<State>(vfs, options)) {}
WeightLoader::~WeightLoader() = default;

int64_t WeightLoader::bytesWanted() const { return s_->wanted; }
int64_t WeightLoader::bytesDone() const { return s_->done; }

// The run of one entry's bytes, made where nobody wanted it yet.
Result<WeightRun*> WeightLoader::State::entryRun(const TensorBundle& bundle, const BundleEntry& e,
                                                 std::string_view name) {
  if (e.dtype == DType::kVariant)
    return fail(
        Error(Code::kUnimplemented, cat("the tensor ", name, " of the checkpoint holds variants"))
            .about(name));
  if (!isPod(e.dtype) && e.dtype != DType::kString)
    return fail(Error(Code::kUnimplemented,
                      cat("the tensor ", name, " of the checkpoint has an unknown dtype"))
                    .about(name));
  const std::string path = bundle.shardPath(e.shard);
  const auto file = vfs.find(path);
  if (!file)
    return fail(Error(Code::kNotFound, cat(path, " is missing; the tensor ", name, " lies in it"))
                    .inFile(path)
                    .about(name));
  if (e.offset + e.size > vfs.size(*file))
    return fail(
        Error(Code::kDataLoss, cat(path, " is cut off: the tensor ", name, " needs it to have ",
                                   e.offset + e.size, " bytes, and it has ", vfs.size(*file)))
            .inFile(path)
            .about(name));
  std::unique_ptr<WeightRun>& s = known[{*file, e.offset, &e}];
  if (s) return s.get();
  s = std::make_unique<WeightRun>();
  s->file = *file;
  s->offset = e.offset;
  s->length = e.size;
  s->fileName = path;
  s->name = name;
  s->dtype = e.dtype;
  s->numElements = e.shape.numElements();
  s->expectedCrc = e.crc32c;
  s->verify = options.verify;
  s->swap = bundle.bigEndian();
  wanted += e.size;
  return s.get();
}

Status WeightLoader::wantTensor(const TensorBundle& bundle, std::string_view key,
                                std::string_view shapeAndSlice, std::optional<DType> dtype,
                                const std::optional<Shape>& shape, WeightSink& sink) {
  const BundleEntry* entry = SMW_TRY(bundle.open(key));
  const auto spec = SMW_TRY(parseShapeAndSlice(shapeAndSlice));
  const auto mismatch = [&](std::string_view what, std::string want, std::string got) {
    return fail(Error(Code::kInvalidArgument, cat("the tensor ", key, " of the checkpoint has ",
                                                  what, " ", got, ", not ", want))
                    .about(key)
                    .wanted(want)
                    .got(got));
  };
  if (dtype && *dtype != entry->dtype)
    return mismatch("dtype", std::string(dtypeName(*dtype)), std::string(dtypeName(entry->dtype)));
  if (spec && spec->fullShape != entry->shape)
    return mismatch("shape", spec->fullShape.toString(), entry->shape.toString());

  auto target = std::make_unique<WeightTarget>();
  target->sink = &sink;
  target->name = key;
  target->dtype = entry->dtype;
  target->box =
      SMW_TRY((spec ? spec->slice : TensorSlice::full(entry->shape.rank())).within(entry->shape));
  target->shape = SMW_TRY(Shape::make(target->box.lengths));
  if (shape && *shape != target->shape)
    return mismatch("shape", shape->toString(), target->shape.toString());

  // The stored box that is exactly the wanted one feeds it as it is; else it is put together.
  const bool whole = target->shape == entry->shape;
  std::vector<std::pair<const BundleEntry*, TensorSlice>> parts;
  if (entry->slices.empty()) parts.emplace_back(entry, TensorSlice::full(entry->shape.rank()));
  for (const TensorSlice& slice : entry->slices) {
    const BundleEntry* part = SMW_TRY(bundle.openSlice(*entry, slice));
    const TensorSlice box = SMW_TRY(slice.within(entry->shape));
    if (part->dtype != entry->dtype || part->shape.dims().size() != box.lengths.size() ||
        !std::ranges::equal(part->shape.dims(), box.lengths) || !part->slices.empty())
      return fail(Error(Code::kDataLoss, cat("a part of the tensor ", key,
                                             " has another dtype or shape than the index says"))
                      .about(key)
                      .inFile(bundle.indexPath()));
    parts.emplace_back(part, slice);
  }
  target->assembled = !(entry->slices.empty() && whole);
  int64_t covered = 0;
  std::vector<WeightRun*> runs;
  for (const auto& [part, slice] : parts) {
    const TensorSlice box = SMW_TRY(slice.within(entry->shape));
    const int64_t common = commonElements(box, target->box);
    if (common == 0 && target->assembled) continue;
    covered += common;
    WeightRun* run = SMW_TRY(s_->entryRun(bundle, *part, key));
    run->box = box;
    if (box == target->box) {
      target->assembled = false;
      runs.clear();
    }
    runs.push_back(run);
    if (!target->assembled) break;
  }
  if (target->assembled && !isPod(entry->dtype))
    return fail(
        Error(Code::kUnimplemented, cat("the tensor ", key, " holds strings in parts")).about(key));
  if (target->assembled && covered != target->shape.numElements())
    return fail(Error(Code::kDataLoss, cat("the parts of the tensor ", key,
                                           " in the checkpoint do not make up the whole"))
                    .about(key)
                    .inFile(bundle.indexPath()));
  for (WeightRun* run : runs) s_->feed(run, target.get());
  s_->targets.push_back(std::move(target));
  return {};
}

Status WeightLoader::wantContent(FileId file, int64_t offset, int64_t length, DType dtype,
                                 const Shape& shape, std::string_view name, WeightSink& sink,
                                 ContentHeads* heads) {
  const std::string& path = s_->vfs.path(file);
  const int64_t bytes = SMW_TRY(mul(shape.numElements(), int64_t(dtypeSize(dtype))));
  if (!isPod(dtype) || bytes != length)
    return fail(Error(Code::kInvalidArgument, cat("the constant ", name, " is ", dtypeName(dtype),
                                                  shape, " and has ", length, " bytes"))
                    .inFile(path)
                    .atNode(name));
  if (offset < 0 || length > s_->vfs.size(file) || offset > s_->vfs.size(file) - length)
    return fail(Error(Code::kDataLoss, cat(path, " is cut off in the constant ", name))
                    .inFile(path)
                    .atNode(name));
  auto target = std::make_unique<WeightTarget>();
  target->sink = &sink;
  target->name = name;
  target->dtype = dtype;
  target->shape = shape;
  std::unique_ptr<WeightRun>& run = s_->known[{file, offset, nullptr}];
  if (run && (run->length != length || dtypeSize(run->dtype) != dtypeSize(dtype)))
    return internal("the constant ", name, " shares its place with another");
  if (!run) {
    run = std::make_unique<WeightRun>();
    run->file = file;
    run->offset = offset;
    run->length = length;
    run->fileName = path;
    run->name = name;
    run->dtype = dtype;
    run->numElements = shape.numElements();
    run->heads = heads;
    s_->wanted += length;
  }
  s_->feed(run.get(), target.get());
  s_->targets.push_back(std::move(target));
  return {};
}

Result<LoadStep> WeightLoader::step() {
  if (!s_->running) {
    s_->running = true;
    for (const auto& t : s_->targets) {  // an empty part of a partitioned tensor
      if (t->runsLeft > 0) continue;
      SMW_TRY(t->begin());
      SMW_TRY(t->finish());
    }
    for (const auto& [place, run] : s_->known) s_->runs.push_back(run.get());
  }
  SMW_TRY(s_->deliver(s_->current));
  std::swap(s_->current, s_->ahead);
  // The first step has no slice planned ahead.
  if (s_->current.need.empty()) SMW_TRY(s_->plan(s_->current));
  if (!s_->current.need.empty()) SMW_TRY(s_->plan(s_->ahead));
  LoadStep step{s_->current.need, s_->ahead.need};
  if (step.done()) s_->current.buffer = s_->ahead.buffer = nullptr;
  return step;
}

Status WeightLoader::State::deliver(Slice& slice) {
  for (const Piece& p : slice.pieces) {
    std::byte* at = p.at;
    // Neighbours lie in the buffer as in the file. What this moves over was handed on already.
    const size_t align = std::min<size_t>(16, dtypeSize(p.run->dtype));
    if (const size_t off = p.run->memory ? 0 : reinterpret_cast<uintptr_t>(at) % align) {
      at -= off;
      std::memmove(at, p.at, size_t(p.length));
    }
    SMW_TRY(p.run->deliver({at, size_t(p.length)}));
    done += p.length;
    if (p.run->done == p.run->length) SMW_TRY(p.run->finish());
  }
  slice.pieces.clear();
  slice.need.clear();
  return {};
}

Status WeightLoader::State::plan(Slice& slice) {
  Ref<Buffer>& buffer = slice.buffer;
  int64_t used = 0, asked = 0;  // bytes of the buffer; bytes in all
  for (; next < runs.size(); ++next) {
    WeightRun& s = *runs[next];
    if (!s.started) {
      SMW_TRY(s.start());
      done += s.done;
      if (s.done == s.length) SMW_TRY(s.finish());
    }
    if (s.planned == s.length) continue;
    const int64_t room = options.sliceBytes - std::max(used, asked), tail = int64_t(s.tail.size());
    int64_t n = s.length - s.planned;  // to be asked for
    if (n + tail > room) n = (room / kPieceAlign * kPieceAlign) - tail;
    if (n <= 0) break;
    const int64_t from = s.offset + s.planned;
    std::byte* destination;
    ReadRequest* last = slice.need.empty() ? nullptr : &slice.need.back();
    if (s.memory) {
      destination = s.memory + s.planned;
      last = nullptr;
    } else {
      if (!buffer) buffer = SMW_TRY(Buffer::tryAllocate(options.sliceBytes));
      const bool sameRun = last && last->file == s.file && tail == 0 &&
                           last->destination + last->length == buffer->data() + used;
      const int64_t gap = sameRun ? from - (last->offset + last->length) : -1;
      if (gap < 0 || gap > kMaxGap || gap + n > room) {
        last = nullptr;
        used = (used + 15) / 16 * 16;
        if (used + tail + n > options.sliceBytes) break;  // only the alignment did not fit
        std::memcpy(buffer->data() + used, s.tail.data(), s.tail.size());
      } else {
        used += gap;
        last->length += gap;
      }
      destination = buffer->data() + used + tail;
      used += tail + n;
    }
    if (last)
      last->length += n;
    else
      slice.need.push_back({s.file, from, n, destination});
    slice.pieces.push_back({&s, destination - tail, n + tail});
    s.tail.clear();
    s.planned += n;
    asked += n;
    if (s.planned < s.length) break;
  }
  return {};
}

}  // namespace smw
