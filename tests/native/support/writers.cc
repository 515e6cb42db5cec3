#include "support/writers.h"

#include <algorithm>
#include <cstring>

#include "base/crc32c.h"
#include "base/strings.h"
#include "proto/tensor_bundle.pb.h"
#include "savedmodel/wire.h"

namespace smw::testing {
namespace {

std::span<const std::byte> asBytes(const std::string& s) { return std::as_bytes(std::span(s)); }

void putFixed32(std::string& out, uint32_t v) {
  for (int i = 0; i < 4; ++i) out += char(v >> (8 * i));
}

struct BlockBuilder {
  explicit BlockBuilder(int interval) : interval(interval) {}
  void add(const std::string& key, const std::string& value) {
    size_t shared = 0;
    if (count % interval == 0)
      restarts.push_back(uint32_t(out.size()));
    else
      while (shared < key.size() && shared < last.size() && key[shared] == last[shared]) ++shared;
    writeVarint(out, shared);
    writeVarint(out, key.size() - shared);
    writeVarint(out, value.size());
    out += key.substr(shared) + value;
    last = key;
    ++count;
  }
  std::string finish() {
    if (restarts.empty()) restarts.push_back(0);
    for (const uint32_t r : restarts) putFixed32(out, r);
    putFixed32(out, uint32_t(restarts.size()));
    return std::move(out);
  }
  int interval, count = 0;
  std::string out, last;
  std::vector<uint32_t> restarts;
};

// Appends a block with its trailer; gives its handle.
std::string putBlock(std::string& file, const std::string& raw, bool compress) {
  const std::string block = compress ? snappyCompress(raw) : raw;
  std::string handle;
  writeVarint(handle, file.size());
  writeVarint(handle, block.size());
  file += block;
  const std::string type(1, compress ? 1 : 0);
  file += type;
  putFixed32(file, crc32cMask(crc32cExtend(crc32c(asBytes(block)), asBytes(type))));
  return handle;
}

}  // namespace

std::string snappyCompress(const std::string& s) {
  std::string out;
  writeVarint(out, s.size());
  const auto literal = [&](size_t from, size_t to) {
    while (from < to) {
      const size_t n = std::min<size_t>(to - from, 70000);
      if (n <= 60) {
        out += char((n - 1) << 2);
      } else {
        const int bytes = n - 1 < 256 ? 1 : n - 1 < 65536 ? 2 : 3;
        out += char((59 + bytes) << 2);
        for (int i = 0; i < bytes; ++i) out += char((n - 1) >> (8 * i));
      }
      out.append(s, from, n);
      from += n;
    }
  };
  size_t done = 0;
  std::map<std::string, size_t> seen;
  for (size_t i = 0; i + 4 <= s.size();) {
    const std::string four = s.substr(i, 4);
    const auto it = seen.find(four);
    const size_t from = it == seen.end() ? SIZE_MAX : it->second;
    seen[four] = i;
    if (from == SIZE_MAX) {
      ++i;
      continue;
    }
    size_t n = 4;
    while (n < 64 && i + n < s.size() && s[from + n] == s[i + n]) ++n;
    const size_t offset = i - from;
    literal(done, i);
    if (n <= 11 && offset < 2048) {
      out += char(1 | (n - 4) << 2 | (offset >> 8) << 5);
      out += char(offset);
    } else {
      const int bytes = offset < 65536 ? 2 : 4;
      out += char((bytes == 2 ? 2 : 3) | (n - 1) << 2);
      for (int k = 0; k < bytes; ++k) out += char(offset >> (8 * k));
    }
    i += n;
    done = i;
  }
  literal(done, s.size());
  return out;
}

std::string writeTable(const std::map<std::string, std::string>& entries,
                       const TableWriterOptions& o) {
  std::string file;
  BlockBuilder index(1), block(o.restartInterval);
  const auto flush = [&] {
    if (block.count == 0) return;
    const std::string last = block.last;
    index.add(last, putBlock(file, block.finish(), o.compress));
    block = BlockBuilder(o.restartInterval);
  };
  for (const auto& [key, value] : entries) {
    block.add(key, value);
    if (block.out.size() >= o.blockBytes) flush();
  }
  flush();
  std::string footer = putBlock(file, BlockBuilder(1).finish(), false);
  footer += putBlock(file, index.finish(), o.compress);
  footer.resize(40);
  putFixed32(footer, 0x8B80FB57u);
  putFixed32(footer, 0xDB477524u);
  return file + footer;
}

std::string BundleWriter::entry(DType dtype, const Shape& shape, int shard, int64_t offset,
                                int64_t size, uint32_t crc) const {
  tensorflow::BundleEntryProto e;
  e.set_dtype(tensorflow::DataType(dtype));
  for (const int64_t d : shape.dims()) e.mutable_shape()->add_dim()->set_size(d);
  e.set_shard_id(shard);
  e.set_offset(offset);
  e.set_size(size);
  e.set_crc32c(crc32cMask(crc));
  return e.SerializeAsString();
}

void BundleWriter::add(const std::string& key, DType dtype, const Shape& shape,
                       const std::string& bytes, int shard) {
  std::string& out = bytes_[size_t(shard)];
  entries_[key] = entry(dtype, shape, shard, int64_t(out.size()), int64_t(bytes.size()),
                        crc32c(asBytes(bytes)));
  out += bytes;
}

void BundleWriter::addStrings(const std::string& key, const Shape& shape,
                              const std::vector<std::string>& values, int shard) {
  std::string bytes, numbers, tail;
  for (const std::string& v : values) {
    writeVarint(bytes, v.size());
    for (int i = 0; i < 4; ++i) numbers += char(v.size() >> (8 * (bigEndian_ ? 3 - i : i)));
  }
  putFixed32(tail, crc32cMask(crc32c(asBytes(numbers))));
  if (bigEndian_) std::reverse(tail.begin(), tail.end());
  for (const std::string& v : values) tail += v;
  bytes += tail;
  std::string& out = bytes_[size_t(shard)];
  const uint32_t crc = crc32cExtend(crc32c(asBytes(numbers)), asBytes(tail));
  entries_[key] =
      entry(DType::kString, shape, shard, int64_t(out.size()), int64_t(bytes.size()), crc);
  out += bytes;
}

void BundleWriter::addPart(const std::string& key, DType dtype, const Shape& fullShape,
                           const TensorSlice& slice, const std::string& bytes, int shard) {
  Partitioned& p = partitioned_.try_emplace(key, Partitioned{dtype, fullShape, {}}).first->second;
  p.slices.push_back(slice);
  add(encodeTensorNameSlice(key, slice), dtype, *Shape::make(slice.within(fullShape)->lengths),
      bytes, shard);
}

std::string BundleWriter::index(const TableWriterOptions& options) const {
  tensorflow::BundleHeaderProto h;
  h.set_num_shards(int(bytes_.size()));
  h.set_endianness(bigEndian_ ? tensorflow::BundleHeaderProto::BIG
                              : tensorflow::BundleHeaderProto::LITTLE);
  h.mutable_version()->set_producer(version);
  h.mutable_version()->set_min_consumer(minConsumer);
  std::map<std::string, std::string> all = entries_;
  all[""] = h.SerializeAsString();
  for (const auto& [key, p] : partitioned_) {
    tensorflow::BundleEntryProto e;
    e.ParseFromString(entry(p.dtype, p.shape, 0, 0, 0, 0));
    for (const TensorSlice& s : p.slices) {
      auto* slice = e.add_slices();
      for (size_t d = 0; d < s.starts.size(); ++d) {
        auto* extent = slice->add_extent();
        if (s.lengths[d] == TensorSlice::kFull) continue;
        extent->set_start(s.starts[d]);
        extent->set_length(s.lengths[d]);
      }
    }
    all[key] = e.SerializeAsString();
  }
  return writeTable(all, options);
}

void BundleWriter::write(MemoryFiles& files, const std::string& prefix,
                         const TableWriterOptions& options) const {
  (void)files.add(prefix + ".index", index(options));
  for (size_t i = 0; i < bytes_.size(); ++i) {
    char name[40];
    snprintf(name, sizeof name, ".data-%05zu-of-%05zu", i, bytes_.size());
    (void)files.add(prefix + name, bytes_[i]);
  }
}

}  // namespace smw::testing
