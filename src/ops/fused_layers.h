// Whole layers as ops; the table is in fused.cc.
#pragma once

#include "ops/resolver.h"

namespace smw {

Status resolveAttention(Resolver& r);
Status resolveGru(Resolver& r);
Status resolveLstm(Resolver& r);
Status resolveSqueezeExcite(Resolver& r);

}  // namespace smw
