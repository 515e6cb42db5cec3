// How many buckets a hash table gets, in place of libc++'s search for the next prime: 2 KB of code
// and tables. Its hashes of numbers are the numbers, and no power of two will do.
#ifdef __EMSCRIPTEN__
#include <unordered_map>

_LIBCPP_BEGIN_NAMESPACE_STD

size_t __next_prime(size_t n) { return n | 1; }

_LIBCPP_END_NAMESPACE_STD
#endif
