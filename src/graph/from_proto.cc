#include "graph/from_proto.h"

#include <algorithm>
#include <cstring>

namespace smw {

namespace {

/// Functions as attributes of functions as attributes ...: nobody writes more levels.
constexpr int kMostNested = 16;

/// Where an attribute stands: how deep in others, and the values of the function's attributes.
struct Scope {
  const Attrs* instance;
  int depth = 0;
  Scope inner() const { return {instance, depth + 1}; }
};

/// The n elements at `to` from a typed list, `convert`ed; the last one repeats.
template <typename T, typename List, typename F>
void fill(Tensor& t, const List& list, F convert) {
  T* to = t.data<T>();
  const int64_t n = t.numElements(), given = std::min<int64_t>(n, list.size());
  for (int64_t i = 0; i < given; ++i) to[i] = convert(list.Get(int(i)));
  std::fill(to + given, to + n, given ? to[given - 1] : T());
}

template <typename T, typename List>
void fillAs(Tensor& t, const List& list) {
  fill<T>(t, list, [](auto v) { return T(v); });
}

/// Pairs of real and imaginary part.
template <typename T, typename List>
void fillComplex(Tensor& t, const List& list) {
  auto* to = t.data<std::complex<T>>();
  const int64_t n = t.numElements(), given = std::min<int64_t>(n, list.size() / 2);
  for (int64_t i = 0; i < given; ++i) to[i] = {list.Get(int(2 * i)), list.Get(int(2 * i + 1))};
  std::fill(to + given, to + n, given ? to[given - 1] : std::complex<T>());
}

/// The typed list that belongs to the dtype.
Status fillFromLists(Tensor& t, const tensorflow::TensorProto& p) {
  switch (t.dtype()) {
    case DType::kFloat:
      return fillAs<float>(t, p.float_val()), Status();
    case DType::kDouble:
      return fillAs<double>(t, p.double_val()), Status();
    case DType::kHalf:
    case DType::kBfloat16:
      return fillAs<uint16_t>(t, p.half_val()), Status();
    case DType::kInt32:
    case DType::kQint32:
      return fillAs<int32_t>(t, p.int_val()), Status();
    case DType::kInt8:
    case DType::kQint8:
    case DType::kUint8:
    case DType::kQuint8:
    case DType::kInt4:
    case DType::kUint4:
      return fillAs<uint8_t>(t, p.int_val()), Status();
    case DType::kInt16:
    case DType::kQint16:
    case DType::kUint16:
    case DType::kQuint16:
      return fillAs<uint16_t>(t, p.int_val()), Status();
    case DType::kInt64:
      return fillAs<int64_t>(t, p.int64_val()), Status();
    case DType::kUint32:
      return fillAs<uint32_t>(t, p.uint32_val()), Status();
    case DType::kUint64:
      return fillAs<uint64_t>(t, p.uint64_val()), Status();
    case DType::kBool:
      return fillAs<bool>(t, p.bool_val()), Status();
    case DType::kComplex64:
      return fillComplex<float>(t, p.scomplex_val()), Status();
    case DType::kComplex128:
      return fillComplex<double>(t, p.dcomplex_val()), Status();
    case DType::kString:
      return fill<std::string>(t, p.string_val(), [](const std::string& s) { return s; }), Status();
    case DType::kFloat8E5m2:
    case DType::kFloat8E4m3fn: {
      const std::string& s = p.float8_val();
      auto* to = t.data<char>();
      const size_t n = size_t(t.numElements()), given = std::min(n, s.size());
      std::copy_n(s.data(), given, to);
      std::fill(to + given, to + n, given ? s[given - 1] : 0);
      return {};
    }
    default:
      if (p.resource_handle_val().empty() && p.variant_val().empty()) return {};
      return unimplemented("a constant of dtype ", dtypeName(t.dtype()));
  }
}

/// Strings as one block: all lengths as varints, then the bytes.
Status fillStrings(Tensor& t, std::string_view content) {
  const auto bad = [&] { return invalidArgument("tensor_content does not hold its strings"); };
  std::vector<uint64_t> lengths;
  size_t at = 0;
  // Each length takes at least a byte, so a hostile count ends here before it is stored.
  if (uint64_t(t.numElements()) > content.size()) return bad();
  for (int64_t i = 0; i < t.numElements(); ++i) {
    uint64_t v = 0;
    for (int shift = 0;; shift += 7) {
      if (at >= content.size() || shift > 63) return bad();
      const uint8_t b = uint8_t(content[at++]);
      v |= uint64_t(b & 0x7F) << shift;
      if (b < 0x80) break;
    }
    lengths.push_back(v);
  }
  auto* to = t.data<std::string>();
  for (uint64_t n : lengths) {
    if (n > content.size() - at) return bad();
    *to++ = content.substr(at, size_t(n));
    at += size_t(n);
  }
  return {};
}

Status fillFromContent(Tensor& t, std::string_view content) {
  if (t.dtype() == DType::kString) return fillStrings(t, content);
  if (!isPod(t.dtype())) return invalidArgument("tensor_content for dtype ", dtypeName(t.dtype()));
  if (int64_t(content.size()) != t.numBytes())
    return invalidArgument("tensor_content has ", content.size(), " bytes where ", t.describe(),
                           " takes ", t.numBytes());
  if (t.dtype() == DType::kBool)  // a byte that is neither 0 nor 1 must not become a C++ bool
    std::ranges::transform(content, t.data<uint8_t>(), [](char c) { return uint8_t(c != 0); });
  else
    std::memcpy(t.raw(), content.data(), content.size());
  return {};
}

Result<AttrValue> fromProto(const tensorflow::AttrValue& p, Scope scope);

Result<Attrs> fromProto(const AttrEntries& p, Scope scope) {
  Attrs attrs;
  for (const tensorflow::AttrEntry& e : p) {
    // Notes of the exporter and the runtime. Of them only the shapes are made use of.
    if (e.key().starts_with('_') && e.key() != "_output_shapes") continue;
    auto v = fromProto(e.value(), scope);
    if (!v) return fail(std::move(v).error().prefixed(cat("attribute '", e.key(), "': ")));
    attrs.set(e.key(), std::move(*v));
  }
  return attrs;
}

Result<FunctionRef> fromProto(const tensorflow::NameAttrList& p, Scope scope) {
  if (scope.depth >= kMostNested) return invalidArgument("functions are nested too deeply");
  FunctionRef f{p.name(), nullptr};
  if (!p.attr().empty())
    f.attrs = std::make_shared<const Attrs>(SMW_TRY(fromProto(p.attr(), scope.inner())));
  return f;
}

DType fromProto(int type) { return dtypeFromProto(type); }

Result<AttrValue> fromProto(const tensorflow::AttrValue::ListValue& p, Scope scope) {
  if (p.i_size()) return std::vector<int64_t>(p.i().begin(), p.i().end());
  if (p.f_size()) return std::vector<float>(p.f().begin(), p.f().end());
  if (p.b_size()) return std::vector<bool>(p.b().begin(), p.b().end());
  if (p.s_size()) return std::vector<std::string>(p.s().begin(), p.s().end());
  if (p.type_size()) {
    std::vector<DType> v;
    for (int t : p.type()) v.push_back(fromProto(t));
    return v;
  }
  if (p.shape_size()) {
    std::vector<PartialShape> v;
    for (const auto& s : p.shape()) v.push_back(shapeAttrFromProto(s));
    return v;
  }
  if (p.tensor_size()) {
    std::vector<Tensor> v;
    for (const auto& t : p.tensor()) v.push_back(SMW_TRY(tensorFromProto(t)));
    return v;
  }
  if (p.func_size()) {
    std::vector<FunctionRef> v;
    for (const auto& f : p.func()) v.push_back(SMW_TRY(fromProto(f, scope)));
    return v;
  }
  return AttrValue();
}

Result<AttrValue> fromProto(const tensorflow::AttrValue& p, Scope scope) {
  using P = tensorflow::AttrValue;
  switch (p.value_case()) {
    case P::kS:
      return p.s();
    case P::kI:
      return int64_t(p.i());
    case P::kF:
      return p.f();
    case P::kB:
      return p.b();
    case P::kType:
      return fromProto(p.type());
    case P::kShape:
      return shapeAttrFromProto(p.shape());
    case P::kTensor:
      return SMW_TRY(tensorFromProto(p.tensor()));
    case P::kFunc:
      return SMW_TRY(fromProto(p.func(), scope));
    case P::kList:
      return fromProto(p.list(), scope);
    case P::kPlaceholder:
      if (scope.instance)
        if (auto v = scope.instance->all().find(p.placeholder()); v != scope.instance->all().end())
          return v->second;
      return unimplemented("the placeholder '", p.placeholder(), "' in place of a value");
    case P::VALUE_NOT_SET:
      break;
  }
  return AttrValue();
}

}  // namespace

PartialShape shapeAttrFromProto(const tensorflow::TensorShapeProto& p) {
  if (p.unknown_rank()) return {};
  Dims dims;
  for (const auto& d : p.dim()) dims.push_back(d.size());
  return PartialShape(dims);
}

Result<Tensor> tensorFromProto(const tensorflow::TensorProto& p) {
  if (p.content_length() != 0)
    return failedPrecondition("the tensor's bytes are still in the file");
  const DType dtype = dtypeFromProto(p.dtype());
  if (dtype == DType::kInvalid)
    return invalidArgument("a tensor of unknown dtype ", int(p.dtype()));
  Dims dims;
  for (const auto& d : p.tensor_shape().dim()) dims.push_back(d.size());
  Tensor t = SMW_TRY(Tensor::allocate(dtype, SMW_TRY(Shape::make(dims))));
  if (!p.tensor_content().empty())
    SMW_TRY(fillFromContent(t, p.tensor_content()));
  else
    SMW_TRY(fillFromLists(t, p));
  return t;
}

Result<AttrValue> attrFromProto(const tensorflow::AttrValue& p, const Attrs* instance) {
  return fromProto(p, Scope{instance});
}

Result<Attrs> attrsFromProto(const AttrEntries& p, const Attrs* instance) {
  return fromProto(p, Scope{instance});
}

}  // namespace smw
