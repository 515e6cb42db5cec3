#include "savedmodel/text_format.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/decimal.h"
#include "base/strings.h"
#include "savedmodel/message_table.h"
#include "savedmodel/text_tokenizer.h"
#include "savedmodel/wire.h"

namespace smw {
namespace {

constexpr int kMaxDepth = 90;       // below protobuf's own limit
constexpr size_t kLengthWidth = 5;  // lengths are known only after what they count

class Parser {
 public:
  Parser(std::string_view text, std::string_view file) : t_(text, file) {}

  Result<std::string> parse(int message) {
    SMW_TRY(t_.next());
    SMW_TRY(fields(message, ""));
    return std::move(out_);
  }

 private:
  // Fields up to `close`, which is consumed; "" stands for the end of the text.
  Status fields(int message, std::string_view close) {
    if (++depth_ > kMaxDepth) return t_.error("messages are nested too deeply");
    for (;;) {
      if (t_.kind() == TextTokenizer::kEnd) {
        if (!close.empty()) return t_.error(cat("'", close, "' is missing"));
        break;
      }
      if (!close.empty() && SMW_TRY(t_.accept(close))) break;
      SMW_TRY(field(message));
      if (!SMW_TRY(t_.accept(","))) SMW_TRY(t_.accept(";"));
    }
    --depth_;
    return {};
  }

  Status field(int message) {
    if (t_.is("[")) return bracketedField(message);
    if (t_.kind() != TextTokenizer::kIdentifier) return t_.error("a field's name was expected");
    const FieldRow* f = message >= 0 ? findField(message, t_.token()) : nullptr;
    SMW_TRY(t_.next());
    const bool colon = SMW_TRY(t_.accept(":"));
    // Where we have a message as bytes, nobody reads it.
    if (!f || (f->kind == FieldKind::kBytes && (t_.is("{") || t_.is("<")))) return skipValue(colon);
    if (f->kind != FieldKind::kMessage && !colon) return t_.error("':' was expected");
    if (!SMW_TRY(t_.accept("["))) return value(*f);
    if (!f->repeated) return t_.error("a list for a field that takes one value");
    if (SMW_TRY(t_.accept("]"))) return {};
    do SMW_TRY(value(*f));
    while (SMW_TRY(t_.accept(",")));
    return t_.expect("]");
  }

  // "[type.googleapis.com/tensorflow.AssetFileDef] { ... }": the expanded form of an Any.
  // Extensions look alike; there are none.
  Status bracketedField(int message) {
    SMW_TRY(t_.next());
    std::string url;
    while (!t_.is("]")) {
      if (t_.kind() == TextTokenizer::kEnd || t_.kind() == TextTokenizer::kString)
        return t_.error("']' was expected");
      url += t_.token();
      SMW_TRY(t_.next());
    }
    SMW_TRY(t_.next());
    const bool colon = SMW_TRY(t_.accept(":"));
    const size_t slash = url.rfind('/');
    const bool any =
        message >= 0 && messageName(message) == "tensorflow.AnyValue" && slash != std::string::npos;
    const int child = any ? findMessage(std::string_view(url).substr(slash + 1)) : -1;
    if (child < 0) return skipValue(colon);
    writeTag(out_, 1, kLengthDelimited);
    writeVarint(out_, url.size());
    out_ += url;
    return messageValue(2, child);
  }

  Status messageValue(uint32_t number, int message) {
    const bool angle = SMW_TRY(t_.accept("<"));
    if (!angle) SMW_TRY(t_.expect("{"));
    writeTag(out_, number, kLengthDelimited);
    const size_t at = reserveLength(out_, kLengthWidth), start = out_.size();
    SMW_TRY(fields(message, angle ? ">" : "}"));
    fillLength(out_, at, kLengthWidth, out_.size() - start);
    return {};
  }

  Status skipValue(bool colon) {
    if (t_.is("{") || t_.is("<")) {
      const std::string_view close = t_.is("{") ? "}" : ">";
      SMW_TRY(t_.next());
      return fields(-1, close);
    }
    if (!colon) return t_.error("':' was expected");
    if (SMW_TRY(t_.accept("["))) {
      if (++depth_ > kMaxDepth) return t_.error("lists are nested too deeply");
      if (!SMW_TRY(t_.accept("]"))) {
        do SMW_TRY(skipValue(true));
        while (SMW_TRY(t_.accept(",")));
        SMW_TRY(t_.expect("]"));
      }
      --depth_;
      return {};
    }
    if (t_.kind() == TextTokenizer::kString) {
      while (t_.kind() == TextTokenizer::kString) SMW_TRY(t_.next());
      return {};
    }
    SMW_TRY(t_.accept("-"));
    if (t_.kind() != TextTokenizer::kIdentifier && t_.kind() != TextTokenizer::kNumber)
      return t_.error("a value was expected");
    return t_.next();
  }

  Status value(const FieldRow& f) {
    switch (f.kind) {
      case FieldKind::kMessage:
        return messageValue(f.number, int(f.child));
      case FieldKind::kString:
      case FieldKind::kBytes:
        return stringValue(f);
      case FieldKind::kFloat:
      case FieldKind::kDouble:
        return floatValue(f);
      default:
        return integerValue(f);
    }
  }

  Status stringValue(const FieldRow& f) {
    if (t_.kind() != TextTokenizer::kString) return t_.error("a string was expected");
    std::string s;
    while (t_.kind() == TextTokenizer::kString) {
      SMW_TRY(t_.appendString(s));
      SMW_TRY(t_.next());
    }
    writeTag(out_, f.number, kLengthDelimited);
    writeVarint(out_, s.size());
    out_ += s;
    return {};
  }

  Status floatValue(const FieldRow& f) {
    const bool negative = SMW_TRY(t_.accept("-"));
    std::string s(t_.token());
    for (char& c : s)
      if (c >= 'A' && c <= 'Z') c |= 32;
    double v = 0;
    if (t_.kind() == TextTokenizer::kIdentifier && (s == "inf" || s == "infinity" || s == "inff")) {
      v = std::numeric_limits<double>::infinity();
    } else if (t_.kind() == TextTokenizer::kIdentifier && (s == "nan" || s == "nanf")) {
      v = std::numeric_limits<double>::quiet_NaN();
    } else if (t_.kind() == TextTokenizer::kNumber) {
      if (s.back() == 'f' && !s.starts_with("0x")) s.pop_back();
      const char* end = nullptr;
      if (s.starts_with("0x")) {
        uint64_t whole = 0;
        end = std::from_chars(s.data() + 2, s.data() + s.size(), whole, 16).ptr;
        v = double(whole);
      } else {
        v = parseDouble(s.c_str(), &end);
      }
      if (*end != '\0') return t_.error("a number was expected");
    } else {
      return t_.error("a number was expected");
    }
    SMW_TRY(t_.next());
    if (negative) v = -v;
    if (f.kind == FieldKind::kDouble) {
      writeTag(out_, f.number, kFixed64);
      appendBytes(std::bit_cast<uint64_t>(v), 8);
    } else {
      // A double beyond float's range becomes infinity; the cast itself would be undefined.
      const float limit = std::numeric_limits<float>::max();
      float r = float(std::fmin(std::fmax(v, -double(limit)), double(limit)));
      if (std::isnan(v)) r = std::numeric_limits<float>::quiet_NaN();
      if (std::fabs(v) >= 0x1.ffffffp127)
        r = v < 0 ? -std::numeric_limits<float>::infinity()
                  : std::numeric_limits<float>::infinity();
      writeTag(out_, f.number, kFixed32);
      appendBytes(std::bit_cast<uint32_t>(r), 4);
    }
    return {};
  }

  void appendBytes(uint64_t v, int n) {
    for (int i = 0; i < n; ++i) out_ += char(v >> (8 * i));
  }

  Status integerValue(const FieldRow& f) {
    const bool negative = SMW_TRY(t_.accept("-"));
    uint64_t v = 0;
    const std::string s(t_.token());
    if (t_.kind() == TextTokenizer::kIdentifier) {
      if (negative) return t_.error("a number was expected");
      if (f.kind == FieldKind::kBool) {
        const bool yes = s == "true" || s == "True" || s == "t",
                   no = s == "false" || s == "False" || s == "f";
        if (!yes && !no) return t_.error("true or false was expected");
        v = yes;
      } else if (f.kind == FieldKind::kEnum) {
        const auto number = findEnumValue(int(f.child), s);
        if (!number) {  // of a newer TensorFlow
          SMW_TRY(t_.next());
          return {};
        }
        v = uint64_t(int64_t(*number));
      } else {
        return t_.error("a number was expected");
      }
    } else if (t_.kind() == TextTokenizer::kNumber) {
      const bool hex = s.size() > 1 && (s[1] | 32) == 'x',
                 octal = !hex && s.size() > 1 && s[0] == '0';
      const char* first = s.data() + (hex ? 2 : 0);
      const auto r = std::from_chars(first, s.data() + s.size(), v, hex ? 16 : octal ? 8 : 10);
      if (r.ec != std::errc() || r.ptr != s.data() + s.size())
        return t_.error("an integer was expected");
    } else {
      return t_.error("an integer was expected");
    }
    SMW_TRY(checkRange(f.kind, v, negative));
    if (negative) v = 0 - v;
    SMW_TRY(t_.next());
    writeInteger(f, v);
    return {};
  }

  Status checkRange(FieldKind kind, uint64_t v, bool negative) const {
    uint64_t most = uint64_t(INT64_MAX) + negative;
    switch (kind) {
      case FieldKind::kBool:
        most = negative ? 0 : 1;
        break;
      case FieldKind::kUint32:
      case FieldKind::kFixed32:
        most = negative ? 0 : UINT32_MAX;
        break;
      case FieldKind::kUint64:
      case FieldKind::kFixed64:
        most = negative ? 0 : UINT64_MAX;
        break;
      case FieldKind::kInt32:
      case FieldKind::kSint32:
      case FieldKind::kSfixed32:
      case FieldKind::kEnum:
        most = uint64_t(INT32_MAX) + negative;
        break;
      default:
        break;
    }
    if (v > most) return t_.error("a number is too large for its field");
    return {};
  }

  void writeInteger(const FieldRow& f, uint64_t v) {
    switch (f.kind) {
      case FieldKind::kFixed32:
      case FieldKind::kSfixed32:
        writeTag(out_, f.number, kFixed32);
        return appendBytes(v, 4);
      case FieldKind::kFixed64:
      case FieldKind::kSfixed64:
        writeTag(out_, f.number, kFixed64);
        return appendBytes(v, 8);
      case FieldKind::kSint32:
      case FieldKind::kSint64:
        v = (v << 1) ^ uint64_t(int64_t(v) >> 63);
        [[fallthrough]];
      default:
        writeTag(out_, f.number, kVarint);
        writeVarint(out_, v);
    }
  }

  TextTokenizer t_;
  std::string out_;
  int depth_ = 0;
};

}  // namespace

Result<std::string> textToWire(std::string_view text, std::string_view messageType,
                               std::string_view file) {
  const int message = findMessage(messageType);
  if (message < 0) return internal("there is no message ", messageType);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return Parser(text, file).parse(message);
}

}  // namespace smw
