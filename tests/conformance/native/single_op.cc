#include "single_op.h"

#include "graph/from_proto.h"
#include "kernels/parallel.h"

namespace smw::conformance {

namespace {

std::string text(int64_t v) { return cat(v); }
std::string text(float v) { return cat(double(v)); }
std::string text(bool v) { return cat(v); }
std::string text(const std::string& v) { return jsonQuote(v.substr(0, 200)); }
std::string text(DType v) { return std::string(dtypeName(v)); }
std::string text(const PartialShape& v) { return v.toString(); }
std::string text(const Tensor& v) { return v.describe(); }
std::string text(const FunctionRef& v) { return cat("function ", v.name); }
std::string text(std::monostate) { return "[]"; }
template <typename T>
std::string text(const std::vector<T>& v) {
  std::vector<std::string> parts;
  for (const T& e : v) parts.push_back(text(e));
  return cat("[", join(parts, ","), "]");
}

/// How many values the argument `arg` ("x", "values*N", "args*Targs", "ref&") stands for.
int lengthOf(std::string_view arg, const Attrs& attrs) {
  const size_t star = arg.find('*');
  if (star == arg.npos) return 1;
  const std::string_view attr = arg.substr(star + 1);
  if (const auto* n = attrs.find<int64_t>(attr)) return int(*n);
  if (const auto* types = attrs.find<std::vector<DType>>(attr)) return int(types->size());
  return 0;
}

int countOutputs(std::string_view args, const Attrs& attrs) {
  std::string_view rest = args.substr(args.find("->") + 2);
  int n = 0;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    std::string_view arg = rest.substr(0, comma);
    rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
    while (arg.starts_with(' ')) arg.remove_prefix(1);
    if (!arg.empty()) n += lengthOf(arg, attrs);
  }
  return n;
}

}  // namespace

kernels::Parallel& PlainContext::parallel() { return kernels::serial(); }

Result<Ref<Resource>> PlainContext::findOrCreate(std::string_view container, std::string_view name,
                                                 std::function<Result<Ref<Resource>>()> create) {
  auto& r = resources_[cat(container, "/", name)];
  if (!r) r = SMW_TRY(create());
  return r;
}

Result<std::optional<Tensor>> PlainContext::restore(std::string_view prefix, std::string_view,
                                                    std::string_view, DType) {
  return notFound(cat("no checkpoint ", prefix));
}

Result<std::optional<std::string>> PlainContext::read(std::string_view path) {
  return notFound(cat("no file ", path));
}

Result<std::vector<Tensor>> runSingleOp(const tensorflow::NodeDef& node,
                                        std::vector<Tensor> inputs) {
  const Attrs attrs = SMW_TRY(attrsFromProto(node.attr()));
  if (node.op() == "Const") return std::vector<Tensor>{SMW_TRY(attrs.get<Tensor>("value"))};
  const OpDef* def = findOp(node.op());
  if (!def) return unimplemented(cat("op ", node.op(), " is not known"));
  PlainContext context;
  Ref<RefCounted> state;
  const NodeCall call{*def, node.name(), attrs, countOutputs(def->args, attrs), state};
  NodeResult result = SMW_TRY(runNode(call, std::move(inputs), context));
  if (result.waiting) return internal("the op waits for bytes");
  return std::move(result.outputs);
}

std::string describe(const tensorflow::NodeDef& node) {
  const auto attrs = attrsFromProto(node.attr());
  if (!attrs) return cat(node.op(), "(", attrs.error().message(), ")");
  std::vector<std::string> parts;
  for (const auto& [name, value] : attrs->all())
    parts.push_back(cat(name, "=", std::visit([](const auto& v) { return text(v); }, value)));
  return cat(node.op(), "(", join(parts), ")");
}

}  // namespace smw::conformance
