#include "graph/op_args.h"

#include "base/strings.h"
#include "proto/op_def.pb.h"

namespace smw {

namespace {

constexpr int64_t kMostTensors = 1 << 20;

std::string_view trim(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

std::vector<ArgSpec> parseList(std::string_view list) {
  std::vector<ArgSpec> specs;
  for (list = trim(list); !list.empty();) {
    const size_t comma = list.find(',');
    std::string_view item = trim(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view() : trim(list.substr(comma + 1));
    ArgSpec spec;
    if (item.ends_with('&')) {
      spec.isRef = true;
      item.remove_suffix(1);
    }
    if (const size_t star = item.find('*'); star != std::string_view::npos) {
      spec.lengthAttr = item.substr(star + 1);
      item = item.substr(0, star);
    }
    spec.name = item;
    specs.push_back(std::move(spec));
  }
  return specs;
}

ArgSpec specOf(const tensorflow::OpDef::ArgDef& a) {
  return {a.name(), a.number_attr().empty() ? a.type_list_attr() : a.number_attr(), a.is_ref()};
}

}  // namespace

OpArgs OpArgs::parse(std::string_view args) {
  const size_t arrow = args.find("->");
  if (arrow == std::string_view::npos) return {parseList(args), {}};
  return {parseList(args.substr(0, arrow)), parseList(args.substr(arrow + 2))};
}

OpArgs OpArgs::fromProto(const tensorflow::OpDef& op) {
  OpArgs r;
  for (const auto& a : op.input_arg()) r.inputs.push_back(specOf(a));
  for (const auto& a : op.output_arg()) r.outputs.push_back(specOf(a));
  return r;
}

Result<int> argLength(const ArgSpec& arg, const Attrs& attrs) {
  if (arg.lengthAttr.empty()) return 1;
  if (const auto* n = attrs.find<int64_t>(arg.lengthAttr)) {
    if (*n < 0 || *n > kMostTensors)
      return invalidArgument("attribute '", arg.lengthAttr, "' is ", *n,
                             ", which is no number of tensors");
    return int(*n);
  }
  return int(SMW_TRY(attrs.get<std::vector<DType>>(arg.lengthAttr)).size());
}

Result<int> flatLength(const std::vector<ArgSpec>& args, const Attrs& attrs) {
  int n = 0;
  for (const ArgSpec& a : args) {
    n += SMW_TRY(argLength(a, attrs));
    if (n > kMostTensors) return invalidArgument("too many inputs or outputs");
  }
  return n;
}

Result<int> flatIndex(const std::vector<ArgSpec>& args, const Attrs& attrs, std::string_view name,
                      int64_t i) {
  int offset = 0;
  for (const ArgSpec& a : args) {
    const int n = SMW_TRY(argLength(a, attrs));
    if (a.name == name) {
      if (i < 0 || i >= n)
        return outOfRange("argument '", name, "' has ", n, " tensors, not one numbered ", i);
      return offset + int(i);
    }
    offset += n;
  }
  return notFound("there is no argument '", name, "'");
}

bool isRefArg(const std::vector<ArgSpec>& args, const Attrs& attrs, int i) {
  for (const ArgSpec& a : args) {
    const auto n = argLength(a, attrs);
    if (!n) return false;
    if (i < *n) return a.isRef;
    i -= *n;
  }
  return false;
}

}  // namespace smw
