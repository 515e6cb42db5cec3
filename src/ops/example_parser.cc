#include "ops/example_parser.h"

#include <algorithm>
#include <cstring>

#include "base/strings.h"

namespace smw {

namespace {

/// Fields of one message.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  bool done() const { return rest_.empty(); }

  bool varint(uint64_t& v) {
    v = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (rest_.empty()) return false;
      const uint8_t b = uint8_t(rest_[0]);
      rest_.remove_prefix(1);
      if (shift < 64) v |= uint64_t(b & 0x7F) << shift;
      if (b < 0x80) return true;
    }
    return false;
  }
  bool bytes(std::string_view& v) {
    uint64_t n;
    return varint(n) && take(n, v);
  }
  bool fixed32(float& v) {
    std::string_view b;
    if (!take(4, b)) return false;
    std::memcpy(&v, b.data(), 4);
    return true;
  }
  bool tag(int& field, int& type) {
    uint64_t t;
    if (!varint(t) || t >> 32 != 0 || t >> 3 == 0) return false;
    field = int(t >> 3);
    type = int(t & 7);
    return true;
  }
  /// Passes over a value; groups are not known here.
  bool skip(int type) {
    std::string_view b;
    uint64_t v;
    switch (type) {
      case 0:
        return varint(v);
      case 1:
        return take(8, b);
      case 2:
        return bytes(b);
      case 5:
        return take(4, b);
      default:
        return false;
    }
  }

 private:
  bool take(uint64_t n, std::string_view& v) {
    if (n > rest_.size()) return false;
    v = rest_.substr(0, size_t(n));
    rest_.remove_prefix(size_t(n));
    return true;
  }
  std::string_view rest_;
};

/// The values of a BytesList, FloatList or Int64List: field 1, packed or one by one, not both.
bool readList(std::string_view list, ExampleColumn& c) {
  WireReader r(list);
  int first = -1;
  while (!r.done()) {
    int field, type;
    if (!r.tag(field, type)) return false;
    if (field != 1) {
      if (!r.skip(type)) return false;
      continue;
    }
    if (first < 0) first = type;
    if (type != first) return false;
    std::string_view bytes;
    uint64_t v;
    if (c.dtype == DType::kString) {
      if (type != 2 || !r.bytes(bytes)) return false;
      c.strings.emplace_back(bytes);
    } else if (c.dtype == DType::kFloat) {
      if (type == 5) {
        float f;
        if (!r.fixed32(f)) return false;
        c.floats.push_back(f);
        continue;
      }
      if (type != 2 || !r.bytes(bytes) || bytes.size() % 4 != 0) return false;
      const size_t at = c.floats.size();
      c.floats.resize(at + bytes.size() / 4);
      if (!bytes.empty()) std::memcpy(c.floats.data() + at, bytes.data(), bytes.size());
    } else if (type == 0) {
      if (!r.varint(v)) return false;
      c.ints.push_back(int64_t(v));
    } else {
      if (type != 2 || !r.bytes(bytes)) return false;
      for (WireReader packed(bytes); !packed.done();) {
        if (!packed.varint(v)) return false;
        c.ints.push_back(int64_t(v));
      }
    }
  }
  return true;
}

Error malformed() { return invalidArgument("Could not parse example input"); }

}  // namespace

bool isExampleType(DType t) {
  return t == DType::kInt64 || t == DType::kFloat || t == DType::kString;
}

int64_t ExampleColumn::longest() const {
  int64_t most = 0;
  for (size_t i = 0; i < ends.size(); ++i) most = std::max(most, ends[i] - begin(i));
  return most;
}

ExampleParser::ExampleParser(std::span<ExampleColumn> columns) : columns_(columns) {
  for (ExampleColumn& c : columns) byKey_.try_emplace(c.key, &c);
}

std::string ExampleParser::where(std::string_view key) const {
  return cat("Name: ", name_.empty() ? std::string_view("<unknown>") : name_, ", Key: ", key,
             ", Index: ", index_, ".  ");
}

Status ExampleParser::parse(std::string_view serialized, std::string_view name) {
  name_ = name;
  ++index_;
  found_.clear();
  for (WireReader r(serialized); !r.done();) {
    int field, type;
    std::string_view features;
    if (!r.tag(field, type)) return malformed();
    if (field == 1 && type == 2) {
      if (!r.bytes(features)) return malformed();
      SMW_TRY(parseFeatures(features));
    } else if (!r.skip(type)) {
      return malformed();
    }
  }
  // Of entries with one key the last one counts.
  for (size_t i = found_.size(); i-- > 0;) SMW_TRY(take(found_[i].first, found_[i].second));
  for (ExampleColumn& c : columns_) SMW_TRY(finish(c));
  return {};
}

/// The map entries of a Features message.
Status ExampleParser::parseFeatures(std::string_view features) {
  for (WireReader r(features); !r.done();) {
    int field, type;
    std::string_view entry;
    if (!r.tag(field, type)) return malformed();
    if (field != 1 || type != 2) {
      if (!r.skip(type)) return malformed();
      continue;
    }
    if (!r.bytes(entry)) return malformed();
    std::string_view key, feature;
    for (WireReader e(entry); !e.done();) {
      if (!e.tag(field, type)) return malformed();
      if (type == 2 && (field == 1 || field == 2)) {
        if (!e.bytes(field == 1 ? key : feature)) return malformed();
      } else if (!e.skip(type)) {
        return malformed();
      }
    }
    found_.emplace_back(key, feature);
  }
  return {};
}

Status ExampleParser::take(std::string_view key, std::string_view feature) {
  const auto it = byKey_.find(key);
  if (it == byKey_.end()) return {};
  ExampleColumn& c = *it->second;
  if (c.seenIn == index_) return {};
  if (feature.empty()) return {};  // no kind is set: as if the feature were missing
  WireReader r(feature);
  int field, type;
  std::string_view list;
  if (!r.tag(field, type)) return malformed();
  if (field > 3 || type != 2) return invalidArgument("Unsupported datatype.");
  if (!r.bytes(list)) return malformed();
  const DType t = field == 1 ? DType::kString : field == 2 ? DType::kFloat : DType::kInt64;
  if (t != c.dtype)
    return invalidArgument(where(key),
                           "Data types don't match. Expected type: ", dtypeName(c.dtype),
                           " but got type: ", dtypeName(t));
  c.seenIn = index_;
  const int64_t before = c.size();
  if (!readList(list, c)) return invalidArgument(where(key), "Can't parse serialized Example.");
  const int64_t n = c.size() - before;
  if (c.role == ExampleColumn::kDense && n != c.stride)
    return invalidArgument(where(key), "Number of ", dtypeName(t), " values != expected.  ",
                           "Values size: ", n, " but output needs ", c.stride);
  if (c.role == ExampleColumn::kVariable && (c.stride == 0 ? n != 0 : n % c.stride != 0))
    return invalidArgument(where(key), "Number of ", dtypeName(t), " values is not a multiple ",
                           "of stride length. Saw ", n, " values but output shape needs rows of ",
                           c.stride);
  return {};
}

/// Fills in what the example does not have.
Status ExampleParser::finish(ExampleColumn& c) {
  if (c.role == ExampleColumn::kDense && c.seenIn != index_) {
    if (!c.fallback || c.fallback.numElements() == 0) {
      if (c.stride > 0 || !c.fallback)
        return invalidArgument("Name: ", name_.empty() ? std::string_view("<unknown>") : name_,
                               ", Feature: ", c.key, " (data type: ", dtypeName(c.dtype),
                               ") is required but could not be found.");
    } else if (c.dtype == DType::kInt64) {
      c.ints.insert(c.ints.end(), c.fallback.data<int64_t>(),
                    c.fallback.data<int64_t>() + c.stride);
    } else if (c.dtype == DType::kFloat) {
      c.floats.insert(c.floats.end(), c.fallback.data<float>(),
                      c.fallback.data<float>() + c.stride);
    } else {
      c.strings.insert(c.strings.end(), c.fallback.data<std::string>(),
                       c.fallback.data<std::string>() + c.stride);
    }
  }
  c.ends.push_back(c.size());
  return {};
}

}  // namespace smw
