// The table of ops: one OpDef an op, one list a family, one registry of all families.
#pragma once

#include <span>
#include <string_view>

#include "ops/resolver.h"

namespace smw {

/// What may be done with a node besides running it.
enum class Effect : uint8_t {
  kPure,      // same inputs, same outputs: may be folded, shared, dropped
  kStateful,  // reads or changes a resource, or is random: runs as often as it is wanted, in order
};

/// `args` names inputs and outputs as TensorFlow's OpDef does: "x, y -> z". A list argument tells
/// the attribute with its length after a star, "values*N -> output" (an int attribute, or a
/// list(type) one: "dense_defaults*Tdense"). An ampersand marks a reference (TF1 variables): "ref&,
/// value -> output_ref&".
struct OpDef {
  std::string_view name;
  std::string_view args;
  ResolveFn resolve;
  Effect effect = Effect::kPure;
};

/// The definition of `op`, or null.
const OpDef* findOp(std::string_view op);
/// All of them, sorted by name.
std::span<const OpDef* const> allOps();
/// False in a link that has only the common ops: another one has more.
bool hasAllOps();

}  // namespace smw
