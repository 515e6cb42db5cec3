#include "model_cases.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "base/strings.h"
#include "compare.h"
#include "exceptions.h"
#include "runtime/model.h"
#include "vfs/native_files.h"

namespace smw::conformance {

/// A loaded model with the files it reads from.
struct ModelRunner::Session {
  NativeFiles files;
  std::unique_ptr<Model> model;
};

namespace {

Result<Tensor> tensorOf(const Json& j) {
  const auto dtype = dtypeFromName(j["dtype"].text);
  if (!dtype) return unimplemented(cat("dtype ", j["dtype"].text));
  Dims dims;
  for (const Json& d : j["shape"].items) dims.push_back(int64_t(d.number));
  Tensor t = SMW_TRY(Tensor::allocate(*dtype, SMW_TRY(Shape::make(dims))));
  if (*dtype == DType::kString) {
    if (int64_t(j["data"].items.size()) != t.numElements())
      return invalidArgument("case.json: strings do not fill the shape");
    auto* to = t.data<std::string>();
    for (const Json& s : j["data"].items) *to++ = fromBase64(s.text);
    return t;
  }
  const std::string bytes = fromBase64(j["data"].text);
  if (int64_t(bytes.size()) != t.numBytes())
    return invalidArgument("case.json: data does not fill the shape");
  std::memcpy(t.raw(), bytes.data(), bytes.size());
  return t;
}

/// A tensor of case.json under the signature's name for it.
struct Named {
  std::string name;
  Tensor tensor;
  const Json* entry;
};

/// Composite tensors as their parts, in the order in which the signature has them.
Result<std::vector<Named>> flatten(const Json& entries, const std::vector<TensorFact>& facts) {
  std::vector<Named> flat;
  for (const Json& e : entries.items) {
    const std::string& name = e["name"].text;
    if (!e["composite"]) {
      flat.push_back({name, SMW_TRY(tensorOf(e)), &e});
      continue;
    }
    std::vector<std::string> parts;
    for (const TensorFact& f : facts)
      if (f.key.starts_with(name + "/")) parts.push_back(f.key);
    const auto& components = e["components"].items;
    if (parts.size() != components.size())
      return invalidArgument(cat("'", name, "' has ", parts.size(), " parts in the signature and ",
                                 components.size(), " in case.json"));
    for (size_t i = 0; i < parts.size(); ++i)
      flat.push_back({parts[i], SMW_TRY(tensorOf(components[i])), &e});
  }
  return flat;
}

Result<std::vector<Tensor>> call(Model& model, FileDriver& files, int signature,
                                 std::vector<Tensor> inputs) {
  SMW_TRY(model.begin(signature, std::move(inputs)));
  for (;;) {
    if (SMW_TRY(model.run({})) == RunState::kDone) return model.takeOutputs();
    for (;;) {
      const LoadStep need = SMW_TRY(model.fetch());
      if (need.done()) break;
      for (const ReadRequest& r : need.need) SMW_TRY(files.read(r));
    }
  }
}

Result<std::string> firstDifference(Model& model, FileDriver& files, const Json& c,
                                    const std::string& name) {
  const auto& signatures = model.signatures();
  size_t at = 0;
  while (at < signatures.size() && signatures[at].name != c["signature"].text) ++at;
  if (at == signatures.size()) return cat("there is no signature '", c["signature"].text, "'");
  const SignatureFact& signature = signatures[at];
  const auto given = SMW_TRY(flatten(c["inputs"], signature.inputs));
  std::vector<Tensor> inputs;
  for (const TensorFact& f : signature.inputs) {
    const auto it = std::ranges::find(given, f.key, &Named::name);
    if (it == given.end()) return cat("case.json gives no input '", f.key, "'");
    inputs.push_back(it->tensor);
  }
  const auto want = SMW_TRY(flatten(c["outputs"], signature.outputs));
  const auto got = SMW_TRY(call(model, files, int(at), std::move(inputs)));
  for (const Named& w : want) {
    size_t i = 0;
    while (i < got.size() && signature.outputs[i].key != w.name) ++i;
    if (i == got.size()) return cat("output '", w.name, "' is missing");
    const Json& e = *w.entry;
    const bool shapes = e["compare"].text == "shapes" || c["compare"].text == "shapes";
    const double noise = e["noise"] ? e["noise"].number : c["noise"][e["name"].text].number;
    const bool sameShape = got[i].dtype() == w.tensor.dtype() && got[i].shape() == w.tensor.shape();
    if (shapes && sameShape) continue;
    const auto d =
        difference(got[i], w.tensor, toleranceFor(name, w.name, w.tensor.dtype(), noise));
    if (!d.empty()) return cat("output '", w.name, "': ", d);
  }
  return "";
}

Outcome fromError(const Error& e, std::string_view where) {
  return {e.code() == Code::kUnimplemented ? Verdict::kUnsupported : Verdict::kFailed,
          cat(where, codeName(e.code()), ": ", e.message(), e.node().empty() ? "" : " at node ",
              e.node())};
}

}  // namespace

std::string kindOfModel(const Json& about) {
  const std::string &kind = about["kind"].text, &model = about["model"].text;
  if (kind == "graphdef") return kind;
  const bool file = model.ends_with(".h5") || model.ends_with(".hdf5") || model.ends_with(".keras");
  return kind == "keras" || file ? "keras" : "model";
}

ModelRunner::ModelRunner(const Json& about, std::string folder)
    : about_(about),
      name_(folder.substr(folder.find_last_of('/') + 1)),
      path_(about["model"] ? cat(folder, "/", about["model"].text) : std::move(folder)) {}
ModelRunner::~ModelRunner() = default;

Outcome ModelRunner::load(const Json& c) {
  session_.reset();
  auto s = std::make_unique<Session>();
  ModelOptions options;
  if (c["tags"]) {
    options.tags.emplace();
    for (const Json& t : c["tags"].items) options.tags->push_back(t.text);
  }
  auto status = s->files.addDirectory(path_);
  if (status) {
    s->model = std::make_unique<Model>(s->files.vfs(), std::move(options));
    status = runLoader(*s->model, s->files);
  }
  if (!status) return fromError(status.error(), "load: ");
  session_ = std::move(s);
  return {};
}

Outcome ModelRunner::run(int i) {
  const Json& c = about_["cases"].items[size_t(i)];
  // Keras says `keras` of SavedModels that it exported, too.
  if (kindOfModel(about_) != "model" && !std::filesystem::exists(path_ + "/saved_model.pb"))
    return {Verdict::kUnsupported, cat(kindOfModel(about_), " files on the native build")};
  if (c["function"])
    return {Verdict::kUnsupported, "functions of the object graph on the native build"};
  std::string tags = c["tags"] ? "tags" : "";
  for (const Json& t : c["tags"].items) tags += "," + t.text;
  if (!session_ || c["fresh"].truth || tags != tags_) {
    if (Outcome o = load(c); o.verdict != Verdict::kPassed) return o;
    tags_ = std::move(tags);
  }
  const auto d = firstDifference(*session_->model, session_->files, c, name_);
  if (!d) return fromError(d.error(), "");
  return d->empty() ? Outcome() : Outcome{Verdict::kFailed, *d};
}

}  // namespace smw::conformance
