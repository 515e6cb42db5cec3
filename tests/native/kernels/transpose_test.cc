#include "kernels/transpose.h"

#include <cstring>
#include <numeric>

#include "kernels/reference.h"

namespace smw::kernels::test {
namespace {

void check(int elementSize, const std::vector<int64_t>& dims, const std::vector<int>& perm,
           int misalign = 0) {
  const int rank = int(dims.size());
  const int64_t n = std::accumulate(dims.begin(), dims.end(), int64_t(1), std::multiplies<>());
  const size_t bytes = size_t(n) * size_t(elementSize);
  std::vector<char> inp(bytes + 3), out(bytes + 3), out3(bytes + 1), want(bytes + 1);
  Numbers r(7);
  for (char& c : inp) c = char(r.bits());
  const char* from = inp.data() + misalign;
  std::vector<int64_t> at(size_t(rank), 0);
  for (int64_t o = 0; o < n; ++o) {
    int64_t rest = o, source = 0;
    for (int i = rank - 1; i >= 0; --i) {
      at[size_t(perm[size_t(i)])] = rest % dims[size_t(perm[size_t(i)])];
      rest /= dims[size_t(perm[size_t(i)])];
    }
    for (int i = 0; i < rank; ++i) source = source * dims[size_t(i)] + at[size_t(i)];
    std::memcpy(want.data() + o * elementSize, from + source * elementSize, size_t(elementSize));
  }
  transpose(serial(), elementSize, rank, dims.data(), perm.data(), from, out.data() + misalign);
  ASSERT_EQ(0, std::memcmp(out.data() + misalign, want.data(), bytes))
      << testing::PrintToString(dims) << testing::PrintToString(perm);
  Threads three(3);
  transpose(three, elementSize, rank, dims.data(), perm.data(), from, out3.data());
  ASSERT_EQ(0, std::memcmp(out3.data(), want.data(), bytes));
}

TEST(Transpose, EveryPermutationOfFourDimensions) {
  std::vector<int> perm{0, 1, 2, 3};
  do {
    for (const std::vector<int64_t>& dims :
         {std::vector<int64_t>{2, 3, 4, 5}, {1, 7, 1, 3}, {3, 1, 37, 2}, {2, 0, 3, 4}})
      for (int size : {1, 2, 4, 8, 16}) check(size, dims, perm);
  } while (std::next_permutation(perm.begin(), perm.end()));
}

TEST(Transpose, LargeMatricesAndOddSizes) {
  for (int size : {1, 2, 4, 8, 16})
    for (int misalign : {0, 1, 3}) {
      check(size, {67, 131}, {1, 0}, misalign);
      check(size, {3, 65, 33}, {0, 2, 1}, misalign);
      check(size, {5, 64, 3}, {1, 0, 2}, misalign);
    }
}

TEST(Transpose, LowAndHighRanks) {
  check(4, {}, {});
  check(4, {9}, {0});
  check(4, {2, 1, 3, 2, 1, 2, 3, 2}, {7, 0, 3, 2, 5, 1, 6, 4});
  check(2, {2, 1, 3, 2, 1, 2, 3, 2, 2, 2}, {7, 9, 0, 3, 8, 2, 5, 1, 6, 4});
}

}  // namespace
}  // namespace smw::kernels::test
