// Trees of ops written as text, found in a graph: "Add(Mul(x,s),Sub(beta,Mul(mean,s)))".
#pragma once

#include <string_view>
#include <vector>

#include "graph/rewrite.h"

namespace smw::passes {

/// A pattern is one of
/// - name: any value, remembered under that name (lower case); a name met again must be the same
///   value; names that begin with k are constants;
/// - 0.5: a float32 scalar constant of about that value;
/// - Op(a,b): output 0 of a float32 node with one or two inputs, or more where they are constants.
///   Add stands for AddV2, Add and BiasAdd. Inputs of commutative ops come in any order;
/// - Part4.2(z): the third of four equal parts of z's last dimension, by Split or StridedSlice,
///   where z is (rows, columns). Use setColumns() first.
class Match {
 public:
  explicit Match(const Graph& g) : g_(g) {}

  /// Whether `o` is `pattern`, with what is remembered already. Forgets what it met in vain.
  bool operator()(Output o, std::string_view pattern);
  /// The value of that name; a node of -1 where there is none.
  Output operator[](std::string_view name) const;
  void set(std::string_view name, Output o) { met_.push_back({name, o}); }
  void clear() { met_.clear(); }
  /// How many columns the tensors have that Part4 and its like are parts of.
  void setColumns(int64_t n) { columns_ = n; }

 private:
  bool solve(size_t goal);
  bool isPart(Output o, int64_t parts, int64_t index, Output& whole) const;

  struct Named {
    std::string_view name;
    Output value;
  };
  struct Goal {
    std::string_view pattern;
    Output value;
  };
  const Graph& g_;
  std::vector<Named> met_;
  std::vector<Goal> goals_;
  int64_t columns_ = 0;
};

/// A constant vector of int32 or int64; empty where `o` is none.
std::vector<int64_t> knownInts(const Graph& g, Output o);

/// A vector of integers with -1 for what is not known: a constant, or a Pack of scalars. Empty
/// where `o` is neither.
std::vector<int64_t> partlyKnownInts(const Graph& g, Output o);

/// The rank that the exporter noted for output `o`, or -1.
int notedRank(const Graph& g, Output o);

}  // namespace smw::passes
