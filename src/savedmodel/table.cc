#include "savedmodel/table.h"

#include <cstring>

#include "base/crc32c.h"
#include "base/strings.h"
#include "savedmodel/snappy.h"
#include "savedmodel/wire.h"

namespace smw {
namespace {

using Bytes = std::span<const std::byte>;

constexpr size_t kFooterSize = 48, kTrailerSize = 5;
constexpr uint64_t kMagic = 0xDB4775248B80FB57ull;
constexpr size_t kMaxBlock = size_t(256) << 20;

struct BlockHandle {
  uint64_t offset, size;
};

uint32_t fixed32(Bytes b, size_t at) {
  uint32_t v = 0;
  for (int i = 3; i >= 0; --i) v = v << 8 | uint32_t(b[at + size_t(i)]);
  return v;
}

std::optional<BlockHandle> readHandle(Bytes b, size_t& at) {
  const auto offset = readVarint(b, at);
  const auto size = offset ? readVarint(b, at) : std::nullopt;
  if (!size) return std::nullopt;
  return BlockHandle{*offset, *size};
}

std::string_view text(Bytes b) { return {reinterpret_cast<const char*>(b.data()), b.size()}; }

// The block's bytes, in `storage` where they had to be uncompressed.
Result<Bytes> readBlock(Bytes file, const BlockHandle& h, bool verify, std::string& storage) {
  if (h.offset > file.size() || h.size > file.size() - h.offset ||
      file.size() - h.offset - h.size < kTrailerSize)
    return dataLoss("a block lies outside the file");
  const Bytes block = file.subspan(size_t(h.offset), size_t(h.size));
  const Bytes trailer = file.subspan(size_t(h.offset + h.size), kTrailerSize);
  if (verify) {
    const uint32_t actual = crc32cExtend(crc32c(block), trailer.first(1));
    if (crc32cUnmask(fixed32(trailer, 1)) != actual)
      return dataLoss("the checksum of the block at byte ", h.offset, " is wrong");
  }
  switch (uint8_t(trailer[0])) {
    case 0:
      return block;
    case 1:
      storage = SMW_TRY(snappyUncompress(block, kMaxBlock));
      return std::as_bytes(std::span(storage));
    default:
      return dataLoss("the block at byte ", h.offset, " has unknown compression ", int(trailer[0]));
  }
}

// Entries of one block: shared, unshared and value length, then the bytes. Restart points only
// serve seeking.
template <typename Visit>
Status readEntries(Bytes block, Visit visit) {
  if (block.size() < 4) return dataLoss("a block is too short");
  const uint64_t restarts = fixed32(block, block.size() - 4);
  if (restarts > (block.size() - 4) / 4)
    return dataLoss("a block's restart points do not fit into it");
  const Bytes data = block.first(block.size() - 4 - size_t(restarts) * 4);
  std::string key;
  for (size_t at = 0; at < data.size();) {
    const auto shared = readVarint(data, at);
    const auto unshared = shared ? readVarint(data, at) : std::nullopt;
    const auto length = unshared ? readVarint(data, at) : std::nullopt;
    if (!length || *shared > key.size() || *unshared > data.size() - at ||
        *length > data.size() - at - *unshared)
      return dataLoss("an entry of a block is damaged");
    key.resize(size_t(*shared));
    key += text(data.subspan(at, size_t(*unshared)));
    at += size_t(*unshared);
    SMW_TRY(visit(std::string_view(key), data.subspan(at, size_t(*length))));
    at += size_t(*length);
  }
  return {};
}

}  // namespace

Status readTable(Bytes file, const TableOptions& options,
                 const std::function<Status(std::string_view, std::string_view)>& visit) {
  if (file.size() < kFooterSize)
    return dataLoss("cut off: ", file.size(), " bytes are too few for a table");
  const Bytes footer = file.last(kFooterSize);
  if ((uint64_t(fixed32(footer, 44)) << 32 | fixed32(footer, 40)) != kMagic)
    return dataLoss("cut off, or not a table: the magic number at its end is wrong");
  size_t at = 0;
  const auto metaIndex = readHandle(footer, at);
  const auto index = metaIndex ? readHandle(footer, at) : std::nullopt;
  if (!index) return dataLoss("the table's footer is damaged");
  std::string indexStorage, storage;
  uint64_t end =
      0;  // of the blocks so far: they may not overlap, or a small file could hold ever more
  const Bytes indexBlock = SMW_TRY(readBlock(file, *index, options.verify, indexStorage));
  std::string last;
  bool first = true;
  return readEntries(indexBlock, [&](std::string_view, Bytes value) -> Status {
    size_t p = 0;
    const auto handle = readHandle(value, p);
    if (!handle || handle->offset < end)
      return dataLoss("an entry of the table's index is damaged");
    const Bytes block = SMW_TRY(readBlock(file, *handle, options.verify, storage));
    end = handle->offset + handle->size;
    return readEntries(block, [&](std::string_view key, Bytes v) -> Status {
      if (!first && key <= last) return dataLoss("the table's keys are not in order");
      first = false;
      last = key;
      return visit(key, text(v));
    });
  });
}

}  // namespace smw
