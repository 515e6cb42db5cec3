#include "op_cases.h"

#include <fstream>
#include <iterator>

#include "compare.h"
#include "exceptions.h"
#include "graph/from_proto.h"
#include "linalg.h"
#include "single_op.h"

namespace smw::conformance {

namespace {

Result<Tensor> tensorOf(const std::string& bytes) {
  tensorflow::TensorProto p;
  if (!p.ParseFromString(bytes)) return dataLoss("not a TensorProto");
  return tensorFromProto(p);
}

Outcome failed(std::string message) { return {Verdict::kFailed, std::move(message)}; }

Outcome fromError(const Error& e) {
  return {e.code() == Code::kUnimplemented ? Verdict::kUnsupported : Verdict::kFailed,
          cat(codeName(e.code()), ": ", e.message())};
}

std::string compareAll(const std::string& op, const opcases::OpCase& c,
                       const std::vector<Tensor>& inputs, const std::vector<Tensor>& got,
                       const std::vector<Tensor>& want) {
  if (got.size() != want.size()) return cat("got ", got.size(), " outputs, want ", want.size());
  for (size_t i = 0; i < got.size(); ++i)
    if (want[i] && (got[i].dtype() != want[i].dtype() || !(got[i].shape() == want[i].shape())))
      return cat("output ", i, ": got ", got[i].describe(), ", want ", want[i].describe());
  if (!c.values_comparable()) return "";
  if (const auto d = reconstructionDifference(op, inputs, got, want)) return *d;
  for (size_t i = 0; i < got.size(); ++i) {
    if (!want[i]) continue;
    const Tolerance t = toleranceFor(op, want[i].dtype());
    if (auto d = difference(got[i], want[i], t); !d.empty()) return cat("output ", i, ": ", d);
  }
  return "";
}

}  // namespace

bool readOpCases(const std::string& path, opcases::OpCaseFile& file) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return false;
  const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  return file.ParseFromString(bytes) && file.case__size() > 0;
}

std::string opOf(const opcases::OpCaseFile& file) {
  tensorflow::NodeDef node;
  return node.ParseFromString(file.case_(0).node_def()) ? node.op() : "";
}

namespace {

/// The case's parts, parsed.
struct Parsed {
  OpCall call;
  std::vector<Tensor> inputs, want;
};

Result<Parsed> parse(const opcases::OpCase& c) {
  Parsed p;
  if (!p.call.node.ParseFromString(c.node_def())) return dataLoss("not a NodeDef");
  for (const std::string& bytes : c.input()) {
    p.call.inputs.emplace_back();
    if (!p.call.inputs.back().ParseFromString(bytes)) return dataLoss("not a TensorProto");
    p.inputs.push_back(SMW_TRY(tensorFromProto(p.call.inputs.back())));
  }
  for (const std::string& bytes : c.output())
    p.want.push_back(bytes.empty() ? Tensor() : SMW_TRY(tensorOf(bytes)));
  return p;
}

Outcome runOnce(const opcases::OpCase& c, const Parsed& p, Feeding feeding) {
  const auto got = runSingleOp(p.call, feeding, 2);
  if (!got) {
    if (!c.error().empty() && codeName(got.error().code()) == c.error()) return {};
    Outcome o = fromError(got.error());
    if (!c.error().empty()) o.message += cat(" where ", c.error(), " was expected");
    return o;
  }
  if (!c.error().empty()) return failed(cat("succeeded where ", c.error(), " was expected"));
  for (size_t i = 0; i < got->size(); ++i)
    if (std::string d = compareAll(p.call.node.op(), c, p.inputs, (*got)[i], p.want); !d.empty())
      return failed(i ? cat(d, " (when run again)") : d);
  return {};
}

}  // namespace

Outcome runOpCase(const opcases::OpCase& c) {
  const auto p = parse(c);
  if (!p) return fromError(p.error());
  const auto& node = p->call.node;
  if (const auto attrs = attrsFromProto(node.attr()))
    if (auto why = skipReason(node.op(), *attrs, !c.error().empty()))
      return {Verdict::kSkipped, *std::move(why)};
  Outcome o = runOnce(c, *p, Feeding::kFed);
  if (o.verdict != Verdict::kPassed || p->inputs.empty()) return o;
  o = runOnce(c, *p, Feeding::kConstant);
  if (o.verdict != Verdict::kPassed) o.message += " (with constant inputs)";
  return o;
}

std::string describeCase(const opcases::OpCase& c) {
  tensorflow::NodeDef node;
  node.ParseFromString(c.node_def());
  std::string s = cat("  ", describe(node), "\n  from ", c.origin(), "\n");
  const auto list = [&](const char* what, const auto& tensors) {
    int i = 0;
    for (const std::string& bytes : tensors) {
      const auto t = tensorOf(bytes);
      s += cat("  ", what, " ", i++, ": ", t ? show(*t) : t.error().message(), "\n");
    }
  };
  list("input", c.input());
  list("want", c.output());
  if (!c.error().empty()) s += cat("  want error ", c.error(), "\n");
  return s;
}

}  // namespace smw::conformance
