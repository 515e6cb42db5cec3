// Text that differs where what is computed differs: for keys of maps, and to compare.
#pragma once

#include <string>

#include "graph/graph.h"

namespace smw {

/// Tensors count by identity.
std::string attrsKey(const Attrs& attrs);
/// Small values count by what they are, as each graph holds an epsilon or an axis of its own;
/// others by identity.
std::string constantKey(const Constant& c);
/// What a node computes of which inputs. Its attributes that begin with "_" are notes of the
/// exporter, and do not count.
std::string nodeKey(const Node& n);

}  // namespace smw
