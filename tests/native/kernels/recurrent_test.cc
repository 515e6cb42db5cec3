#include "kernels/recurrent.h"

#include "kernels/pack.h"
#include "kernels/reference.h"

namespace smw::kernels::test {
namespace {

struct Layer {
  Recurrent s;
  bool resetBefore = false, masked = false;
  Floats x, weights, second, bias, h, c;
  std::vector<char> mask;

  Layer(bool lstm, bool resetBefore, bool masked, int64_t batch, int64_t steps, int64_t units)
      : resetBefore(resetBefore), masked(masked) {
    s.lstm = lstm;
    s.batch = batch;
    s.steps = steps;
    s.units = units;
    s.gate = unaryLoopF32(UnaryOp::kSigmoid);
    s.activation = unaryLoopF32(UnaryOp::kTanh);
    const int64_t wide = s.gates() * units;
    s.x = {wide, steps * wide};
    s.out = {batch * units, units};
    s.mask = {1, steps};
    x = Floats(batch * steps * wide, 1);
    weights = Floats(units * columns(), 2);
    second = Floats(units * units, 3);
    bias = Floats(wide, 4);
    h = Floats(batch * units, 5);
    c = Floats(batch * units, 6);
    Numbers r(7);
    for (int64_t i = 0; i < batch * steps; ++i) mask.push_back(r.below(3) > 0);
  }
  int64_t columns() const { return (resetBefore ? 2 : s.gates()) * s.units; }

  struct Result {
    Floats out, h, c;
  };
  Result run(Parallel& parallel) {
    Floats packed(packedFloats(s.units, columns()), 8), packed2(packedFloats(s.units, s.units), 9);
    packB(weights.data(), s.units, columns(), columns(), 1, packed.data());
    packB(second.data(), s.units, s.units, s.units, 1, packed2.data());
    Result r{Floats(s.batch * s.steps * s.units, 10), h, c};
    Floats scratch(s.scratch(), 11);
    RecurrentData d{.x = x.data(),
                    .recurrent = packed.data(),
                    .candidate = resetBefore ? packed2.data() : nullptr,
                    .bias = resetBefore ? nullptr : bias.data(),
                    .mask = masked ? reinterpret_cast<const bool*>(mask.data()) : nullptr,
                    .h = r.h.data(),
                    .c = r.c.data(),
                    .out = r.out.data(),
                    .scratch = scratch.data()};
    recurrent(parallel, s, d);
    return r;
  }

  static double sigmoid(double v) { return 1 / (1 + std::exp(-v)); }
  Result reference() {
    Result r{Floats(s.batch * s.steps * s.units, 10), h, c};
    const int64_t u = s.units;
    for (int64_t t = 0; t < s.steps; ++t)
      for (int64_t b = 0; b < s.batch; ++b) {
        float *h = r.h.data() + b * u, *c = r.c.data() + b * u;
        float* out = r.out.data() + (t * s.batch + b) * u;
        if (masked && !mask[size_t(b * s.steps + t)]) {
          for (int64_t j = 0; j < u; ++j)
            out[j] = t == 0 || s.zeroMasked ? 0 : *(out + j - s.batch * u);
          continue;
        }
        const float* in = x.data() + b * s.x.row + t * s.x.step;
        const auto sum = [&](int64_t j) {
          double v = resetBefore ? 0 : bias[j];
          for (int64_t i = 0; i < u; ++i) v += double(h[i]) * weights[i * columns() + j];
          return v;
        };
        std::vector<float> next(h, h + u);
        for (int64_t j = 0; j < u; ++j) {
          if (s.lstm) {
            const auto gate = [&](int64_t g) { return sum(g * u + j) + in[g * u + j]; };
            const double cell = sigmoid(gate(1)) * c[j] + sigmoid(gate(0)) * std::tanh(gate(2));
            next[size_t(j)] = float(sigmoid(gate(3)) * std::tanh(cell));
            c[j] = float(cell);
            continue;
          }
          const auto gate = [&](int64_t g, int64_t k) {
            return sigmoid(sum(g * u + k) + in[g * u + k]);
          };
          double inner = 0;
          if (resetBefore)
            for (int64_t i = 0; i < u; ++i) inner += gate(1, i) * h[i] * second[i * u + j];
          else
            inner = gate(1, j) * sum(2 * u + j);
          const double z = gate(0, j);
          next[size_t(j)] = float(z * h[j] + (1 - z) * std::tanh(in[2 * u + j] + inner));
        }
        std::copy(next.begin(), next.end(), h);
        std::copy(next.begin(), next.end(), out);
      }
    return r;
  }
};

TEST(Recurrent, AgainstTheReference) {
  for (int cell = 0; cell < 3; ++cell)
    for (bool masked : {false, true})
      for (int64_t batch : {1, 2, 7})
        for (int64_t units : {1, 3, 4, 7, 8, 20, 33}) {
          SCOPED_TRACE(testing::Message() << cell << " batch " << batch << " units " << units);
          Layer l(cell == 0, cell == 2, masked, batch, 5, units);
          l.s.zeroMasked = units % 2;
          const Layer::Result got = l.run(serial()), want = l.reference();
          expectClose(got.out.data(), want.out.data(), got.out.size(), double(units), "outputs");
          expectClose(got.h.data(), want.h.data(), got.h.size(), double(units), "h");
          if (l.s.lstm) expectClose(got.c.data(), want.c.data(), got.c.size(), double(units), "c");
          Threads three(3);
          expectSameBits(l.run(three).out.data(), got.out.data(), got.out.size(), "threads");
        }
}

TEST(Recurrent, TheLastOutputAlone) {
  Layer l(true, false, true, 3, 6, 9);
  const Layer::Result all = l.run(serial());
  l.s.out.step = 0;
  const Layer::Result last = l.run(serial());
  expectSameBits(last.out.data(), all.out.data() + 5 * 3 * 9, 3 * 9);
  l.s.steps = 0;
  expectSameBits(l.run(serial()).h.data(), l.h.data(), l.h.size(), "no step");
}

}  // namespace
}  // namespace smw::kernels::test
