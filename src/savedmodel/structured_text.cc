#include "savedmodel/structured_text.h"

#include <map>

#include "base/strings.h"
#include "proto/struct.pb.h"
#include "savedmodel/shape_proto.h"
#include "tensor/dtype.h"

namespace smw {
namespace {

using tensorflow::StructuredValue;

constexpr size_t kMaxText = 10000;
constexpr int kMaxDepth = 50;

template <typename Spec>
std::string specText(std::string_view kind, const Spec& s) {
  return cat(kind, "(shape=", partialShapeFromProto(s.shape()).toString(),
             ", dtype=", dtypeName(dtypeFromProto(s.dtype())),
             s.name().empty() ? "" : ", name=", s.name(), ")");
}

void append(std::string& out, const StructuredValue& v, int depth);

template <typename Values>
void appendAll(std::string& out, const Values& values, std::string_view open,
               std::string_view close, int depth) {
  out += open;
  bool first = true;
  for (const StructuredValue& v : values) {
    if (!first) out += ", ";
    first = false;
    append(out, v, depth + 1);
  }
  out += close;
}

void append(std::string& out, const StructuredValue& v, int depth) {
  if (out.size() > kMaxText || depth > kMaxDepth) {
    if (!out.ends_with("...")) out += "...";
    return;
  }
  switch (v.kind_case()) {
    case StructuredValue::kNoneValue:
      out += "None";
      break;
    case StructuredValue::kFloat64Value:
      out += cat(v.float64_value());
      break;
    case StructuredValue::kInt64Value:
      out += cat(v.int64_value());
      break;
    case StructuredValue::kStringValue:
      out += jsonQuote(v.string_value());
      break;
    case StructuredValue::kBoolValue:
      out += v.bool_value() ? "True" : "False";
      break;
    case StructuredValue::kTensorShapeValue:
      out += partialShapeFromProto(v.tensor_shape_value()).toString();
      break;
    case StructuredValue::kTensorDtypeValue:
      out += dtypeName(dtypeFromProto(v.tensor_dtype_value()));
      break;
    case StructuredValue::kTensorSpecValue:
      out += specText("TensorSpec", v.tensor_spec_value());
      break;
    case StructuredValue::kBoundedTensorSpecValue:
      out += specText("BoundedTensorSpec", v.bounded_tensor_spec_value());
      break;
    case StructuredValue::kTypeSpecValue:
      out += v.type_spec_value().type_spec_class_name();
      append(out, v.type_spec_value().type_state(), depth + 1);
      break;
    case StructuredValue::kListValue:
      appendAll(out, v.list_value().values(), "[", "]", depth);
      break;
    case StructuredValue::kTupleValue:
      appendAll(out, v.tuple_value().values(), "(", v.tuple_value().values_size() == 1 ? ",)" : ")",
                depth);
      break;
    case StructuredValue::kDictValue: {
      std::map<std::string_view, const StructuredValue*> sorted;
      for (const auto& f : v.dict_value().fields()) sorted.insert_or_assign(f.key(), &f.value());
      out += '{';
      for (const auto& [key, value] : sorted) {
        if (!out.ends_with('{')) out += ", ";
        out += cat(key, ": ");
        append(out, *value, depth + 1);
      }
      out += '}';
      break;
    }
    case StructuredValue::kNamedTupleValue:
      out += cat(v.named_tuple_value().name(), "(");
      for (const auto& pair : v.named_tuple_value().values()) {
        if (!out.ends_with('(')) out += ", ";
        out += cat(pair.key(), "=");
        append(out, pair.value(), depth + 1);
      }
      out += ')';
      break;
    case StructuredValue::kTensorValue:
    case StructuredValue::kNumpyValue:
      out += "<tensor>";
      break;
    case StructuredValue::KIND_NOT_SET:
      out += "?";
      break;
  }
}

}  // namespace

std::string structuredText(const StructuredValue& value) {
  std::string out;
  append(out, value, 0);
  return out;
}

}  // namespace smw
