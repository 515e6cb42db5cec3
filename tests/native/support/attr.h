// Attributes of messages in tests: in the messages a map is a list of entries.
#pragma once

#include <string>

#include "base/entry.h"
#include "proto/attr_value.pb.h"

namespace smw {

/// The attribute `key` of a NodeDef or NameAttrList, added where it is missing.
template <typename Message>
tensorflow::AttrValue& mutableAttr(Message* m, const std::string& key) {
  for (auto& e : *m->mutable_attr())
    if (e.key() == key) return *e.mutable_value();
  auto* e = m->add_attr();
  e->set_key(key);
  return *e->mutable_value();
}

/// The attribute `key`, which must be there.
template <typename Message>
const tensorflow::AttrValue& attrAt(const Message& m, const std::string& key) {
  return *findEntry(m.attr(), key);
}

}  // namespace smw
