#include "savedmodel/bundle.h"

#include <algorithm>

#include "base/crc32c.h"
#include "base/strings.h"
#include "proto/tensor_bundle.pb.h"
#include "savedmodel/shape_proto.h"
#include "savedmodel/table.h"

namespace smw {
namespace {

constexpr int32_t kReaderVersion = 1;  // what we are, in VersionDef's terms
constexpr int32_t kMaxShards = 99999;  // as many as the file names have room for

template <typename Message>
bool parse(Message& m, std::string_view bytes) {
  return m.ParseFromArray(bytes.data(), int(bytes.size()));
}

Status checkHeader(const tensorflow::BundleHeaderProto& h) {
  if (h.num_shards() < 0 || h.num_shards() > kMaxShards)
    return dataLoss("it tells of ", h.num_shards(), " shards");
  const auto& bad = h.version().bad_consumers();
  if (h.version().min_consumer() > kReaderVersion ||
      std::find(bad.begin(), bad.end(), kReaderVersion) != bad.end())
    return unimplemented("it was written by a newer TensorFlow (format version ",
                         h.version().producer(), ")");
  return {};
}

Result<BundleEntry> readEntry(std::string_view key, std::string_view value, int32_t numShards) {
  tensorflow::BundleEntryProto p;
  const std::string shown = key.starts_with('\0') ? std::string("of a part") : std::string(key);
  if (!parse(p, value)) return dataLoss("the entry ", shown, " is damaged");
  BundleEntry e;
  e.key = key;
  e.dtype = dtypeFromProto(p.dtype());
  Result<Shape> shape = shapeFromProto(p.shape());
  if (!shape) return dataLoss("the entry ", shown, " has an impossible shape");
  e.shape = std::move(*shape);
  e.shard = p.shard_id();
  e.offset = p.offset();
  e.size = p.size();
  e.crc32c = crc32cUnmask(p.crc32c());
  if (e.shard < 0 || e.shard >= numShards || e.offset < 0 || e.size < 0 ||
      e.offset > INT64_MAX - e.size)
    return dataLoss("the entry ", shown, " lies in no shard");
  for (const auto& s : p.slices()) {
    TensorSlice slice = TensorSlice::fromProto(s);
    if (!slice.within(e.shape))
      return dataLoss("the entry ", shown, " has a part outside its shape");
    // A part that is the whole is stored as the tensor itself.
    if (!slice.isFull()) e.slices.push_back(std::move(slice));
  }
  if (!e.slices.empty() || !isPod(e.dtype)) return e;
  const auto bytes = mul(e.shape.numElements(), int64_t(dtypeSize(e.dtype)));
  if (!bytes || *bytes != e.size)
    return dataLoss("the entry ", shown, " has ", e.size, " bytes where ", dtypeName(e.dtype),
                    e.shape, " was expected to fill");
  return e;
}

}  // namespace

Result<TensorBundle> TensorBundle::parse(std::string prefix, std::span<const std::byte> index,
                                         bool verify) {
  TensorBundle b;
  b.prefix_ = std::move(prefix);
  bool haveHeader = false;
  Status s = readTable(index, {.verify = verify},
                       [&](std::string_view key, std::string_view value) -> Status {
                         if (!haveHeader) {
                           tensorflow::BundleHeaderProto h;
                           if (!key.empty() || !smw::parse(h, value))
                             return dataLoss("its header is missing or damaged");
                           SMW_TRY(checkHeader(h));
                           b.numShards_ = h.num_shards();
                           b.bigEndian_ = h.endianness() == tensorflow::BundleHeaderProto::BIG;
                           haveHeader = true;
                           return {};
                         }
                         b.entries_.push_back(SMW_TRY(readEntry(key, value, b.numShards_)));
                         return {};
                       });
  if (s && !haveHeader) s = dataLoss("it is empty");
  if (!s)
    return fail(std::move(s).error().prefixed(cat(b.indexPath(), ": ")).inFile(b.indexPath()));
  return b;
}

const BundleEntry* TensorBundle::find(std::string_view key) const {
  const auto it =
      std::lower_bound(entries_.begin(), entries_.end(), key,
                       [](const BundleEntry& e, std::string_view k) { return e.key < k; });
  return it != entries_.end() && it->key == key ? &*it : nullptr;
}

Result<const BundleEntry*> TensorBundle::open(std::string_view key) const {
  if (const BundleEntry* e = find(key)) return e;
  return fail(Error(Code::kNotFound, cat("the checkpoint ", prefix_, " has no tensor ", key))
                  .about(key)
                  .inFile(indexPath()));
}

Result<const BundleEntry*> TensorBundle::openSlice(const BundleEntry& whole,
                                                   const TensorSlice& slice) const {
  if (const BundleEntry* e = find(encodeTensorNameSlice(whole.key, slice))) return e;
  return fail(Error(Code::kDataLoss, cat("the checkpoint ", prefix_, " lacks the part ",
                                         slice.toString(), " of the tensor ", whole.key))
                  .about(whole.key)
                  .inFile(indexPath()));
}

std::string TensorBundle::shardPath(int32_t shard) const {
  const auto digits = [](int32_t v) {
    std::string s = std::to_string(v);
    return std::string(s.size() < 5 ? 5 - s.size() : 0, '0') + s;
  };
  return cat(prefix_, ".data-", digits(shard), "-of-", digits(numShards_));
}

int64_t TensorBundle::totalBytes() const {
  int64_t sum = 0;
  for (const BundleEntry& e : entries_)
    if (e.slices.empty()) sum = e.size > INT64_MAX - sum ? INT64_MAX : sum + e.size;
  return sum;
}

}  // namespace smw
