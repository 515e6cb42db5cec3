// StringJoin, EncodeBase64, DecodeBase64.
#include "ops/families.h"

namespace smw {
namespace {

/// inputs: N string tensors of one shape, scalars among them fit any -> joined element by element
/// by attribute separator.
Status resolveStringJoin(Resolver& r) {
  Shape shape;
  std::vector<bool> scalar;
  for (int i = 0; i < r.numInputs(); ++i) {
    scalar.push_back(r.shape(i).isScalar());
    if (scalar.back()) continue;
    if (!shape.isScalar() && !(shape == r.shape(i)))
      return invalidArgument("Input shapes do not match; got ", shape, " and ", r.shape(i));
    shape = r.shape(i);
  }
  r.addOutput(DType::kString, shape);
  return r.kernel([scalar = std::move(scalar), separator = r.attrOr("separator", ""),
                   n = shape.numElements()](const Args& a) {
    for (int64_t e = 0; e < n; ++e) {
      std::string s;
      for (size_t i = 0; i < scalar.size(); ++i) {
        if (i) s += separator;
        s += a.in<std::string>(int(i))[scalar[i] ? 0 : e];
      }
      a.out<std::string>(0)[e] = std::move(s);
    }
  });
}

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode(std::string_view in, bool pad) {
  std::string out;
  for (size_t i = 0; i < in.size(); i += 3) {
    const size_t n = std::min<size_t>(3, in.size() - i);
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < n ? uint8_t(in[i + k]) : 0);
    for (size_t k = 0; k <= n; ++k) out += kDigits[bits >> (18 - 6 * k) & 63];
    if (pad) out.append(3 - n, '=');
  }
  return out;
}

int digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/// Web-safe base64, padded or not.
Result<std::string> decode(std::string_view in) {
  if (in.size() % 4 == 1) return invalidArgument("Base64 string length cannot be 1 modulo 4");
  if (in.size() % 4 == 0)
    for (int i = 0; i < 2 && in.ends_with('='); ++i) in.remove_suffix(1);
  std::string out;
  uint32_t bits = 0;
  int have = 0;
  for (char c : in) {
    const int d = digit(c);
    if (d < 0) return invalidArgument("Invalid character found in base64.");
    bits = bits << 6 | uint32_t(d);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out += char(bits >> have & 0xFF);
    }
  }
  return out;
}

Status resolveEncodeBase64(Resolver& r) {
  r.addOutput(DType::kString, r.shape(0));
  return r.kernel([pad = r.attrOr("pad", false), n = r.shape(0).numElements()](const Args& a) {
    for (int64_t i = 0; i < n; ++i) a.out<std::string>(0)[i] = encode(a.in<std::string>(0)[i], pad);
  });
}

Status resolveDecodeBase64(Resolver& r) {
  r.addOutput(DType::kString, r.shape(0));
  return r.kernel([n = r.shape(0).numElements()](const Args& a) -> Status {
    for (int64_t i = 0; i < n; ++i)
      a.out<std::string>(0)[i] = SMW_TRY(decode(a.in<std::string>(0)[i]));
    return {};
  });
}

constexpr OpDef kOps[] = {
    {"DecodeBase64", "input -> output", resolveDecodeBase64},
    {"EncodeBase64", "input -> output", resolveEncodeBase64},
    {"StringJoin", "inputs*N -> output", resolveStringJoin},
};

}  // namespace

std::span<const OpDef> stringJoinOps() { return kOps; }

}  // namespace smw
