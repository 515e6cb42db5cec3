#include "kernels/select.h"

namespace smw::kernels {
namespace {

template <typename T>
bool run(const void*, const void* const* in, const int* step, void* out, int64_t n) {
  const uint8_t* c = static_cast<const uint8_t*>(in[0]);
  const T* t = static_cast<const T*>(in[1]);
  const T* e = static_cast<const T*>(in[2]);
  T* y = static_cast<T*>(out);
  const int64_t sc = step[0], st = step[1], se = step[2];
  for (int64_t i = 0; i < n; ++i) y[i] = c[i * sc] ? t[i * st] : e[i * se];
  return true;
}
struct Wide {
  uint64_t v[2];
};

}  // namespace

RunFn selectRun(size_t size) {
  return size == 1   ? run<uint8_t>
         : size == 2 ? run<uint16_t>
         : size == 4 ? run<uint32_t>
         : size == 8 ? run<uint64_t>
                     : run<Wide>;
}

void select(const BroadcastPlan& plan, size_t size, const uint8_t* condition, const void* t,
            const void* e, void* out, int64_t begin, int64_t end) {
  const void* in[] = {condition, t, e};
  const size_t sizes[] = {1, size, size};
  broadcastRuns(plan, in, sizes, out, size, begin, end, selectRun(size), nullptr);
}

}  // namespace smw::kernels
