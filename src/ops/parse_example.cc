// ParseExample, ParseExampleV2, ParseSingleExample.
#include "ops/example_parser.h"
#include "ops/families.h"
#include "ops/move.h"

namespace smw {
namespace {

/// The features that a node asks for. `columns` have empty keys where those come as inputs.
struct ParseSpec {
  std::vector<ExampleColumn> sparse, dense, ragged;
  std::vector<Shape> denseShapes;  // of one example; of one row for kVariable
  std::vector<DType> splitTypes;

  size_t columns() const { return sparse.size() + dense.size() + ragged.size(); }
};

Result<std::vector<ExampleColumn>> columnsOf(Resolver& r, const char* typesAttr,
                                             ExampleColumn::Role role) {
  std::vector<ExampleColumn> columns;
  for (DType t : r.attrOr(typesAttr, std::vector<DType>())) {
    if (!isExampleType(t)) return invalidArgument("features cannot be of dtype ", dtypeName(t));
    columns.push_back({"", t, role});
  }
  return columns;
}

/// Attributes, and the shapes and dtypes of dense_defaults from input `firstDefault` on.
Result<ParseSpec> specOf(Resolver& r, int firstDefault) {
  ParseSpec p;
  p.sparse = SMW_TRY(columnsOf(r, "sparse_types", ExampleColumn::kSparse));
  p.dense = SMW_TRY(columnsOf(r, "Tdense", ExampleColumn::kDense));
  p.ragged = SMW_TRY(columnsOf(r, "ragged_value_types", ExampleColumn::kRagged));
  p.splitTypes = r.attrOr("ragged_split_types", std::vector<DType>());
  const auto shapes = r.attrOr("dense_shapes", std::vector<PartialShape>());
  if (shapes.size() != p.dense.size() || p.splitTypes.size() != p.ragged.size() ||
      r.numInputs() != firstDefault + int(p.dense.size()) ||
      r.numOutputs() != int(3 * p.sparse.size() + p.dense.size() + 2 * p.ragged.size()))
    return invalidArgument("the lists of keys, types, shapes and defaults differ in length");
  for (DType t : p.splitTypes)
    if (t != DType::kInt32 && t != DType::kInt64)
      return invalidArgument("ragged_split_types cannot be ", dtypeName(t));
  for (size_t d = 0; d < shapes.size(); ++d) {
    ExampleColumn& c = p.dense[d];
    const int in = firstDefault + int(d);
    if (r.dtype(in) != c.dtype)
      return invalidArgument("dense_defaults[", d, "] is of dtype ", dtypeName(r.dtype(in)),
                             ", not ", dtypeName(c.dtype));
    if (shapes[d].unknownRank()) return invalidArgument("dense_shapes[", d, "] has unknown rank");
    const bool variable = shapes[d].rank() > 0 && shapes[d].dims()[0] < 0;
    const auto dims = shapes[d].dims().subspan(variable ? 1 : 0);
    auto shape = Shape::make(dims);
    if (!shape)
      return invalidArgument("dense_shapes[", d, "] has unknown rank or unknown inner ",
                             "dimensions: ", shapes[d].toString());
    const Shape& given = r.shape(in);
    if (variable && given.numElements() != 1)
      return invalidArgument(
          "dense_shape[", d, "] is a variable length shape: ", shapes[d].toString(),
          ", therefore def_value[", d,
          "] must contain a single element ( the padding element).  But ", "its shape is: ", given);
    if (!variable && given.numElements() > 0 && !(given == *shape))
      return invalidArgument("def_value[", d, "].shape() == ", given, " != dense_shapes_[", d,
                             "].shape() == ", shapes[d].toString());
    c.role = variable ? ExampleColumn::kVariable : ExampleColumn::kDense;
    c.stride = shape->numElements();
    p.denseShapes.push_back(*std::move(shape));
  }
  return p;
}

Status sparseOutputs(Step& s, const ExampleColumn& c, bool batched, int indices, int values,
                     int shape) {
  const int64_t n = c.size(), width = batched ? 2 : 1;
  Tensor* at = SMW_TRY(s.allocate(indices, DType::kInt64, Shape({n, width})));
  int64_t* p = at->data<int64_t>();
  for (size_t e = 0; e < c.ends.size(); ++e)
    for (int64_t i = c.begin(e); i < c.ends[e]; ++i) {
      if (batched) *p++ = int64_t(e);
      *p++ = i - c.begin(e);
    }
  copyElements(c.dtype, SMW_TRY(s.allocate(values, c.dtype, Shape({n})))->raw(), c.data(), n);
  int64_t* dims = SMW_TRY(s.allocate(shape, DType::kInt64, Shape({width})))->data<int64_t>();
  if (batched) *dims++ = int64_t(c.ends.size());
  *dims = c.longest();
  return {};
}

/// [examples,] then the shape; the first dimension of a variable length is that of the longest
/// example, others are filled up with the default.
Status denseOutput(Step& s, const ExampleColumn& c, const Shape& shape, bool batched, int output) {
  Dims dims(shape.dims());
  const bool variable = c.role == ExampleColumn::kVariable;
  const int64_t longest = c.longest();
  if (variable) dims.insert(0, c.stride ? longest / c.stride : 0);
  if (batched) dims.insert(0, int64_t(c.ends.size()));
  Tensor* out = SMW_TRY(s.allocate(output, c.dtype, SMW_TRY(Shape::make(dims))));
  if (!variable) {
    copyElements(c.dtype, out->raw(), c.data(), c.size());
    return {};
  }
  for (size_t e = 0; e < c.ends.size(); ++e) {
    const int64_t n = c.ends[e] - c.begin(e);
    void* to = elementAt(c.dtype, out->raw(), int64_t(e) * longest);
    copyElements(c.dtype, to, elementAt(c.dtype, c.data(), c.begin(e)), n);
    fillElements(c.dtype, c.fallback.raw(), elementAt(c.dtype, to, n), longest - n);
  }
  return {};
}

/// A lone example has no row splits.
Status raggedOutputs(Step& s, const ExampleColumn& c, DType splitType, bool batched, int values,
                     int splits) {
  const int64_t n = c.size();
  copyElements(c.dtype, SMW_TRY(s.allocate(values, c.dtype, Shape({n})))->raw(), c.data(), n);
  const int64_t rows = batched ? int64_t(c.ends.size()) + 1 : 0;
  Tensor* t = SMW_TRY(s.allocate(splits, splitType, Shape({rows})));
  for (int64_t i = 0; i < rows; ++i) {
    const int64_t end = i ? c.ends[size_t(i) - 1] : 0;
    if (splitType == DType::kInt64)
      t->data<int64_t>()[i] = end;
    else
      t->data<int32_t>()[i] = int32_t(end);
  }
  return {};
}

/// Parses `serialized` (scalar or vector) into the step's outputs. `keys` in the order sparse,
/// dense, ragged.
Status parseAll(Step& s, const ParseSpec& spec, const std::vector<std::string>& keys,
                const Tensor* names, int firstDefault) {
  const Tensor& serialized = s.input(0);
  const bool batched = serialized.shape().rank() == 1;
  const int64_t n = serialized.numElements();
  if (names && names->numElements() > 0 && names->numElements() != n)
    return invalidArgument("Expected names have the same shape as serialized: name.shape=",
                           names->shape(), ", serialized.shape=", serialized.shape());
  std::vector<ExampleColumn> columns = spec.sparse;
  columns.insert(columns.end(), spec.dense.begin(), spec.dense.end());
  columns.insert(columns.end(), spec.ragged.begin(), spec.ragged.end());
  const size_t dense = spec.sparse.size(), ragged = dense + spec.dense.size();
  for (size_t i = 0; i < columns.size(); ++i) {
    columns[i].key = keys[i];
    if (i >= dense && i < ragged) columns[i].fallback = s.input(firstDefault + int(i - dense));
  }
  ExampleParser parser(columns);
  for (int64_t i = 0; i < n; ++i) {
    const bool named = names && names->numElements() > 0;
    SMW_TRY(parser.parse(serialized.data<std::string>()[i],
                         named ? std::string_view(names->data<std::string>()[i]) : ""));
  }
  const int ns = int(spec.sparse.size()), nd = int(spec.dense.size()), nr = int(spec.ragged.size());
  for (int i = 0; i < ns; ++i)
    SMW_TRY(sparseOutputs(s, columns[size_t(i)], batched, i, ns + i, 2 * ns + i));
  for (int i = 0; i < nd; ++i)
    SMW_TRY(denseOutput(s, columns[dense + size_t(i)], spec.denseShapes[size_t(i)], batched,
                        3 * ns + i));
  for (int i = 0; i < nr; ++i)
    SMW_TRY(raggedOutputs(s, columns[ragged + size_t(i)], spec.splitTypes[size_t(i)], batched,
                          3 * ns + nd + i, 3 * ns + nd + nr + i));
  return {};
}

/// Shapes are known beforehand where only dense features of fixed length are asked for.
Status declare(Resolver& r, const ParseSpec& p) {
  for (const ExampleColumn& c : p.dense)
    if (c.role == ExampleColumn::kVariable) return {};
  if (!p.sparse.empty() || !p.ragged.empty()) return {};
  for (size_t i = 0; i < p.dense.size(); ++i) {
    Dims dims(p.denseShapes[i].dims());
    if (r.rank(0) == 1) dims.insert(0, r.shape(0)[0]);
    r.addOutput(p.dense[i].dtype, SMW_TRY(Shape::make(dims)));
  }
  return {};
}

/// serialized: vector of n examples, names: vector of n or 0, sparse_keys and dense_keys: scalars,
/// dense_defaults.
Status resolveParseExample(Resolver& r) {
  SMW_TRY(r.requireVector(0, "serialized"));
  SMW_TRY(r.requireVector(1, "names"));
  const size_t numSparse = r.attrOr("sparse_types", std::vector<DType>()).size(),
               numDense = r.attrOr("Tdense", std::vector<DType>()).size();
  const int firstDefault = 2 + int(numSparse + numDense);
  ParseSpec spec = SMW_TRY(specOf(r, firstDefault));
  for (int i = 2; i < firstDefault; ++i) SMW_TRY(r.requireScalar(i, "a key"));
  SMW_TRY(declare(r, spec));
  return r.tensorKernel([spec = std::move(spec), firstDefault](Step& s) -> Status {
    std::vector<std::string> keys;
    for (int i = 2; i < firstDefault; ++i) keys.push_back(*s.input(i).data<std::string>());
    return parseAll(s, spec, keys, &s.input(1), firstDefault);
  });
}

/// serialized: scalar or vector, names, sparse_keys, dense_keys, ragged_keys: vectors,
/// dense_defaults.
Status resolveParseExampleV2(Resolver& r) {
  if (r.rank(0) > 1)
    return invalidArgument("serialized must be a scalar or a vector, not ", r.shape(0));
  constexpr int kFirstDefault = 5;
  ParseSpec spec = SMW_TRY(specOf(r, kFirstDefault));
  const size_t wanted[] = {spec.sparse.size(), spec.dense.size(), spec.ragged.size()};
  for (int i = 0; i < 3; ++i)
    if (r.rank(2 + i) != 1 || r.shape(2 + i).numElements() != int64_t(wanted[i]))
      return invalidArgument("Expected ", wanted[i], " keys, got shape ",
                             r.shape(2 + i).toString());
  SMW_TRY(declare(r, spec));
  return r.tensorKernel([spec = std::move(spec)](Step& s) -> Status {
    std::vector<std::string> keys;
    for (int i = 2; i < 5; ++i)
      for (const std::string& k : s.input(i).span<std::string>()) keys.push_back(k);
    return parseAll(s, spec, keys, &s.input(1), kFirstDefault);
  });
}

/// serialized: scalar, dense_defaults; keys are attributes.
Status resolveParseSingleExample(Resolver& r) {
  SMW_TRY(r.requireScalar(0, "serialized"));
  ParseSpec spec = SMW_TRY(specOf(r, 1));
  auto keys = r.attrOr("sparse_keys", std::vector<std::string>());
  const auto dense = r.attrOr("dense_keys", std::vector<std::string>());
  keys.insert(keys.end(), dense.begin(), dense.end());
  if (keys.size() != spec.columns() || dense.size() != spec.dense.size())
    return invalidArgument("the lists of keys and types differ in length");
  SMW_TRY(declare(r, spec));
  return r.tensorKernel([spec = std::move(spec), keys = std::move(keys)](Step& s) {
    return parseAll(s, spec, keys, nullptr, 1);
  });
}

constexpr OpDef kOps[] = {
    {"ParseExample",
     "serialized, names, sparse_keys*Nsparse, dense_keys*Ndense, dense_defaults*Tdense -> "
     "sparse_indices*Nsparse, sparse_values*sparse_types, sparse_shapes*Nsparse, "
     "dense_values*Tdense",
     resolveParseExample},
    {"ParseExampleV2",
     "serialized, names, sparse_keys, dense_keys, ragged_keys, dense_defaults*Tdense -> "
     "sparse_indices*num_sparse, sparse_values*sparse_types, sparse_shapes*num_sparse, "
     "dense_values*Tdense, ragged_values*ragged_value_types, "
     "ragged_row_splits*ragged_split_types",
     resolveParseExampleV2},
    {"ParseSingleExample",
     "serialized, dense_defaults*Tdense -> sparse_indices*num_sparse, "
     "sparse_values*sparse_types, sparse_shapes*num_sparse, dense_values*Tdense",
     resolveParseSingleExample},
};

}  // namespace

std::span<const OpDef> parseExampleOps() { return kOps; }

}  // namespace smw
