// The numbers of math.h, in all four lanes. They are loaded from memory because engines build a
// vector constant by three instructions, each time a loop comes round; a load is one (erf took 50
// cycles for four lanes, now 27). The table is defined in kernels/math_table.cc, which is not part
// of the optimisation at link time: values that the compiler sees become constants again.
#pragma once

namespace smw::simd {

struct alignas(16) Number {
  float lanes[4];
  constexpr Number(float x) : lanes{x, x, x, x} {}
};

struct MathTable {
  Number half, one, two, n23, two23;  // n23: 23
  Number smallest;                    // normal float
  Number sqrtHalf;
  Number log2E, minusLog2E, twoOverPi;
  Number ln2Hi, ln2Lo;  // ln 2 as a sum; products of the first with whole numbers are exact
  Number halfPi[4];     // pi / 2 likewise
  /// Added to x, they leave x + 0, + 126, ... rounded to a whole number in the lowest bits.
  Number shift0, shift126, shift127, shift254;
  Number expLo, expHi, expNormalLo, expm1Lo, exp2Lo, exp2Hi, tanhHi, erfHi, erfCut, geluErfHi;
  Number expm1[6];         // (e^r - 1 - r) / r^2 on [-ln2 / 2, ln2 / 2]
  Number exp2[6];          // 2^r on [-1 / 2, 1 / 2]
  Number log[9];           // (log(1 + f) - f + f^2 / 2) / f^3 on [sqrt(1 / 2) - 1, sqrt(2) - 1]
  Number erf[7];           // erf(a) / a - 1, of a^2, on [0, 0.93]
  Number minusLogErfc[8];  // on [0.92, 4]
  Number sin[4], cos[3];   // of r^2, after their first one and two terms, on [-pi / 4, pi / 4]
  Number geluErf[8];       // ((2 - 2 P)^(-1 / 16) - 1) / a, P the normal distribution up to a
  Number geluTanh[2];
};

extern const MathTable kMath;

}  // namespace smw::simd
