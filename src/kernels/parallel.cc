#include "kernels/parallel.h"

namespace smw::kernels {
namespace {
struct Serial final : Parallel {
  int threads() const override { return 1; }
  void run(int64_t n, int64_t, RangeFn fn) override {
    if (n > 0) fn(0, n, 0);
  }
};
}  // namespace

Parallel& serial() {
  static constinit Serial s;
  return s;
}

}  // namespace smw::kernels
