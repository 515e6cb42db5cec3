// From protobuf messages to the vocabulary of the rooms below: tensors, shapes, attributes.
#pragma once

#include "ops/attrs.h"
#include "proto/attr_value.pb.h"

namespace smw {

using AttrEntries = google::protobuf::RepeatedPtrField<tensorflow::AttrEntry>;

/// The elements of `p`, from tensor_content or from the typed list, whose last value stands for all
/// that follow it; without any value, zeros. Errors: INVALID_ARGUMENT (dtype, shape, length of the
/// content), UNIMPLEMENTED (resources and variants with a value), FAILED_PRECONDITION where the
/// scanner left the content in the file.
Result<Tensor> tensorFromProto(const tensorflow::TensorProto& p);

/// A shape that may have unknown parts.
PartialShape shapeAttrFromProto(const tensorflow::TensorShapeProto& p);

/// INVALID_ARGUMENT for function attributes nested too deeply. `instance` has the values of
/// placeholders: the attributes that a function is called with. Of names that begin with "_", which
/// are notes of exporters, attrsFromProto keeps _output_shapes alone.
Result<AttrValue> attrFromProto(const tensorflow::AttrValue& p, const Attrs* instance = nullptr);
Result<Attrs> attrsFromProto(const AttrEntries& p, const Attrs* instance = nullptr);

}  // namespace smw
