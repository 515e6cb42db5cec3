#include "base/ref.h"

namespace smw {

void RefCounted::drop(const RefCounted* p) {
  if (--p->refs_ == 0) delete p;
}

}  // namespace smw
