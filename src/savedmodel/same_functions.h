// Functions that say the same under different names: exporters write one for each signature, also
// where only the batch differs, or nothing. One of them is enough.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "savedmodel/function_bodies.h"

namespace smw {

/// Compares serialized FunctionDefs. Two say the same where they have the same signature and the
/// same nodes in the same order, and call functions that say the same. Names that exporters count
/// up, notes (attributes that begin with "_") and the sizes in noted shapes do not matter. Random
/// ops keep a state for each function: those that have some stay apart.
class SameFunctions {
 public:
  explicit SameFunctions(const FunctionBodies& bodies);

  /// The first function asked for that says the same as number `f`; `f` where there is none.
  int keep(int f);

 private:
  enum class Part : uint8_t;
  struct Kept {
    int function;
    size_t outline;
  };
  /// By number; -1 is a function that is not here.
  bool sameFunction(int x, int y);
  bool sameAttr(std::string_view a, std::string_view b);
  bool same(Part part, std::string_view a, std::string_view b);
  static Part partOf(Part whole, uint32_t field);

  const FunctionBodies& bodies_;
  std::vector<int> answers_;  // by function; -1 where it was not asked for
  std::vector<Kept> kept_;
  int64_t left_ = 0;  // how much may still be compared
  int depth_ = 0;
};

}  // namespace smw
