#include "savedmodel/same_functions.h"

#include "savedmodel/wire_fields.h"

namespace smw {

/// What a field is, and so what of it counts.
enum class SameFunctions::Part : uint8_t {
  kBytes,      // all
  kUncounted,  // nothing
  kFunction,
  kSignature,  // OpDef
  kNode,
  kAttr,  // an entry of a map of attributes
  kValue,
  kList,
  kCall,    // NameAttrList
  kCallee,  // its name
  // Of _output_shapes only the ranks, which passes make use of.
  kNotedValue,
  kNotedList,
  kNotedShape,
};

namespace {

constexpr uint32_t kName = 1, kOp = 2, kNodes = 3;  // of OpDef and NodeDef; of FunctionDef
constexpr uint32_t kKey = 1, kValueOf = 2;          // of a map's entry

/// Calls that are nested deeper are not followed.
constexpr int kDeepest = 50;

/// A number for a function's nodes: names and ops.
size_t outline(std::string_view function) {
  size_t h = 0;
  for (WireFields fields(function); fields.next();)
    if (fields.field().number == kNodes)
      for (const uint32_t f : {kName, kOp})
        h = h * 31 + std::hash<std::string_view>()(firstField(fields.field().bytes, f));
  return h;
}

}  // namespace

SameFunctions::Part SameFunctions::partOf(Part whole, uint32_t field) {
  struct Rule {
    Part whole;
    uint32_t field;
    Part part;
  };
  // Field 0: all others.
  static constexpr Rule kRules[] = {
      {Part::kFunction, 1, Part::kSignature},
      {Part::kFunction, kNodes, Part::kNode},
      {Part::kFunction, 4, Part::kBytes},  // ret
      {Part::kFunction, 6, Part::kBytes},  // control_ret
      {Part::kFunction, 0, Part::kUncounted},
      {Part::kSignature, kName, Part::kUncounted},
      {Part::kNode, kName, Part::kBytes},
      {Part::kNode, kOp, Part::kBytes},
      {Part::kNode, 3, Part::kBytes},  // input
      {Part::kNode, 5, Part::kAttr},
      {Part::kNode, 0, Part::kUncounted},
      {Part::kValue, 1, Part::kList},
      {Part::kValue, 10, Part::kCall},
      {Part::kList, 9, Part::kCall},
      {Part::kCall, 1, Part::kCallee},
      {Part::kCall, 2, Part::kAttr},
      {Part::kNotedValue, 1, Part::kNotedList},
      {Part::kNotedList, 7, Part::kNotedShape},
      {Part::kNotedShape, 2, Part::kUncounted},
  };
  for (const Rule& r : kRules)
    if (r.whole == whole && (r.field == field || r.field == 0)) return r.part;
  return Part::kBytes;
}

SameFunctions::SameFunctions(const FunctionBodies& bodies)
    : bodies_(bodies), answers_(size_t(bodies.size()), -1) {
  for (int i = 0; i < bodies.size(); ++i) left_ += 8 * int64_t(bodies[i].body.size());
}

int SameFunctions::keep(int f) {
  int& answer = answers_[size_t(f)];
  if (answer >= 0) return answer;
  const size_t line = outline(bodies_[f].body);
  left_ -= int64_t(kept_.size());
  for (const Kept& k : kept_) {
    if (left_ < 0) break;
    if (k.outline == line && sameFunction(k.function, f)) return answer = k.function;
  }
  kept_.push_back({f, line});
  return answer = f;
}

bool SameFunctions::sameFunction(int x, int y) {
  if (x < 0 || y < 0) return false;
  const std::string_view a = bodies_[x].body, b = bodies_[y].body;
  left_ -= int64_t(a.size() + b.size());
  // "seed2" is an attribute of all random ops.
  if (left_ < 0 || depth_ >= kDeepest || a.find("seed2") != std::string_view::npos) return false;
  ++depth_;
  const bool is = same(Part::kFunction, a, b);
  --depth_;
  return is;
}

bool SameFunctions::sameAttr(std::string_view a, std::string_view b) {
  const std::string_view key = firstField(a, kKey);
  if (firstField(b, kKey) != key) return false;
  const bool shapes = key == "_output_shapes";
  return (!shapes && key.starts_with('_')) ||
         same(shapes ? Part::kNotedValue : Part::kValue, firstField(a, kValueOf),
              firstField(b, kValueOf));
}

bool SameFunctions::same(Part part, std::string_view a, std::string_view b) {
  if (a == b || part == Part::kUncounted) return true;
  switch (part) {
    case Part::kBytes:
      return false;
    case Part::kCallee:
      return sameFunction(bodies_.find(a), bodies_.find(b));
    case Part::kAttr:
      return sameAttr(a, b);
    default:
      break;
  }
  WireFields as(a), bs(b);
  // A shape's sizes do not count, but how many there are.
  const auto next = [&](WireFields& fields) {
    while (fields.next())
      if (part == Part::kNotedShape || partOf(part, fields.field().number) != Part::kUncounted)
        return true;
    return false;
  };
  while (true) {
    const bool more = next(as);
    if (next(bs) != more) return false;
    if (!more) return !as.damaged() && !bs.damaged();
    const WireField &x = as.field(), &y = bs.field();
    if (x.number != y.number || x.wire != y.wire || x.value != y.value ||
        !same(partOf(part, x.number), x.bytes, y.bytes))
      return false;
  }
}

}  // namespace smw
