#include "graph/constant_pool.h"

#include "base/strings.h"
#include "graph/node_key.h"

namespace smw {

Ref<Constant> ConstantPool::fromCheckpoint(const VariableInfo& v) {
  Ref<Constant>& c = byKey_[cat("c", v.slice, '\0', int(v.dtype), v.shape, v.key)];
  if (!c) {
    c = makeRef<Constant>();
    c->dtype = v.dtype;
    c->shape = v.shape;
    c->source = {.kind = WeightSource::kCheckpoint, .key = v.key, .slice = v.slice};
  }
  return c;
}

Ref<Constant> ConstantPool::fromFile(std::string_view file, int64_t offset, int64_t length,
                                     DType dtype, const Shape& shape) {
  Ref<Constant>& c = byKey_[cat("f", offset, ' ', int(dtype), shape, file)];
  if (!c) {
    c = makeRef<Constant>();
    c->dtype = dtype;
    c->shape = shape;
    c->source = {.kind = WeightSource::kFile,
                 .key = std::string(file),
                 .slice = {},
                 .offset = offset,
                 .length = length};
  }
  return c;
}

Ref<Constant> ConstantPool::derived(const OpDef& op, const Attrs& attrs,
                                    std::vector<Ref<Constant>> inputs, DType dtype,
                                    const Shape& shape, int output, int numOutputs) {
  std::string key = cat("d", op.name, attrsKey(attrs), output);
  for (const auto& i : inputs) key += constantKey(*i);
  Ref<Constant>& c = byKey_[key];
  if (!c) {
    c = makeRef<Constant>();
    c->dtype = dtype;
    c->shape = shape;
    c->source.kind = WeightSource::kDerived;
    c->derivation =
        std::make_unique<Derivation>(Derivation{&op, attrs, std::move(inputs), output, numOutputs});
  }
  return c;
}

}  // namespace smw
