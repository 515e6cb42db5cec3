// LSTM and GRU layers over all time steps. Made by the graph pass `recurrent` out of While loops.
#include "kernels/recurrent.h"

#include <algorithm>

#include "ops/chosen.h"
#include "ops/fused_layers.h"
#include "ops/fused_tail.h"
#include "ops/packed_weight.h"

namespace smw {
namespace {

using kernels::Recurrent;

Result<kernels::UnaryLoop> loopOf(Resolver& r, const char* attr) {
  const auto op = SMW_TRY(FusedTail::activation(r.attrOr(attr, "")));
  if (!op) return invalidArgument("a recurrent layer without ", attr);
  return kernels::unaryLoopF32(*op);
}

/// Strides of a tensor with `width` values for each time step and row; x[batch][time], or
/// x[time][batch].
Recurrent::Strides strides(bool batchMajor, int64_t batch, int64_t times, int64_t width) {
  return batchMajor ? Recurrent::Strides{width, times * width}
                    : Recurrent::Strides{batch * width, width};
}

/// gates: (B,T,G*U) or (T,B,G*U) with the inputs' part of the gate sums; recurrent: (U,G*U), and
/// then, where the attributes of these names say so:
/// h: (B,U), c: (B,U) of an LSTM; `bias`: (G*U) of the recurrent product; `candidate`: (U,U), the
/// recurrent weights being (U,2U) then; `mask`: bool, as gates with 1 for G*U; `sequence`: how many
/// outputs to return; and numbers of time steps, of which the smallest counts.
/// -> output (T',B,U), (B,T',U) with `out_batch_major`, or the last one alone, (1,B,U); h, c.
Status resolveRecurrent(Resolver& r, bool lstm) {
  SMW_TRY(r.requireRank(0, 3, "gates"));
  SMW_TRY(r.requireRank(2, 2, "h"));
  const bool batchMajor = r.attrOr("batch_major", false), reversed = r.attrOr("reversed", false),
             sequence = r.attrOr("sequence", false), outBatch = r.attrOr("out_batch_major", false);
  const Shape &x = r.shape(0), &h = r.shape(2);
  Recurrent s;
  s.lstm = lstm;
  s.batch = x[batchMajor ? 0 : 1];
  s.units = h[1];
  s.zeroMasked = r.attrOr("zero_masked", false);
  const int64_t times = x[batchMajor ? 1 : 0];
  int next = 3;
  const auto named = [&](const char* name) { return r.attrOr(name, false) ? next++ : -1; };
  const int c = lstm ? next++ : -1, bias = named("bias"), candidate = named("candidate"),
            mask = named("mask"), rowsInput = named("sequence");
  if (next > r.numInputs() || x[2] != SMW_TRY(mul(s.gates(), s.units)))
    return invalidArgument("the inputs of a recurrent layer do not fit: ", x.toString(), " and ",
                           h.toString());
  for (int i : {0, 2, c, bias})
    if (i >= 0 && r.dtype(i) != DType::kFloat) return r.unsupportedDType(r.dtype(i));
  for (int i : {2, c})
    if (i >= 0 && !(r.shape(i) == h && (h[0] == s.batch || h[0] == 1)))
      return invalidArgument("a state of shape ", r.shape(i).toString(), " for ", s.batch, " rows");
  if (bias >= 0 && r.shape(bias).numElements() != x[2])
    return invalidArgument("a recurrent bias of ", r.shape(bias).toString());
  s.gate = SMW_TRY(loopOf(r, "gate"));
  s.activation = SMW_TRY(loopOf(r, "activation"));
  if (!s.gate || !s.activation) return internal("an activation without a float32 loop");
  const Tensor recurrent = SMW_TRY(
      packedMatrix(r, 1, s.units, candidate >= 0 ? 2 * s.units : x[2], r.attrOr("packed", false)));
  Tensor second;
  if (candidate >= 0) second = SMW_TRY(packedMatrix(r, candidate, s.units, s.units, false));

  s.steps = INT64_MAX;
  for (int i = next; i < r.numInputs(); ++i) s.steps = std::min(s.steps, SMW_TRY(r.integer(i)));
  s.steps = std::max<int64_t>(s.steps, 0);
  const int64_t rows = sequence ? SMW_TRY(r.integer(rowsInput)) : 1;
  if (s.steps > times || (sequence && s.steps > rows) || rows < 0)
    return invalidArgument("Trying to access element ", std::min(times, rows),
                           " in a list of as many elements");
  s.x = strides(batchMajor, s.batch, times, x[2]);
  int64_t first = 0, firstMask = 0;
  if (reversed) {
    first = (times - 1) * s.x.step;
    s.x.step = -s.x.step;
  }
  if (mask >= 0) {
    const Shape& m = r.shape(mask);
    const bool maskBatch = r.attrOr("mask_batch_major", false);
    if (r.dtype(mask) != DType::kBool || m.rank() != 3 || m[2] != 1 ||
        m[maskBatch ? 0 : 1] != s.batch || m[maskBatch ? 1 : 0] != times)
      return invalidArgument("a mask of shape ", m.toString(), " for ", s.batch, " rows");
    s.mask = strides(maskBatch, s.batch, times, 1);
    if (r.attrOr("mask_reversed", false)) {
      firstMask = (times - 1) * s.mask.step;
      s.mask.step = -s.mask.step;
    }
  }
  s.out = strides(outBatch, s.batch, rows, s.units);
  if (!sequence) s.out.step = 0;
  const Shape state = SMW_TRY(Shape::make({{s.batch, s.units}}));
  const Shape out = SMW_TRY(outBatch ? Shape::make({{s.batch, rows, s.units}})
                                     : Shape::make({{rows, s.batch, s.units}}));
  r.addOutput(DType::kFloat, out);
  r.addOutput(DType::kFloat, state);
  if (lstm) r.addOutput(DType::kFloat, state);
  r.scratch(SMW_TRY(mul(SMW_TRY(mul(state.numElements(), s.gates() + 1)), sizeof(float))));

  // fits: a double
  const double products = double(s.steps) * double(state.numElements()) * double(x[2]);
  chose(lstm ? "lstm" : "gru", products);
  const bool spread = h[0] != s.batch, fills = s.steps < rows;
  const int64_t outFloats = out.numElements();
  return r.kernel([=](const Args& a) {
    const auto start = [&](int input, float* to) {
      for (int64_t b = 0; b < s.batch; ++b)
        std::copy_n(a.in<float>(input) + (spread ? 0 : b * s.units), s.units, to + b * s.units);
      return to;
    };
    if (fills) std::fill_n(a.out<float>(0), outFloats, 0.0f);
    kernels::RecurrentData d{.x = a.in<float>(0) + first,
                             .recurrent = recurrent ? recurrent.data<float>() : a.in<float>(1),
                             .h = start(2, a.out<float>(1)),
                             .out = a.out<float>(0),
                             .scratch = a.scratch<float>()};
    if (lstm) d.c = start(c, a.out<float>(2));
    if (second) d.candidate = second.data<float>();
    if (bias >= 0) d.bias = a.in<float>(bias);
    if (mask >= 0) d.mask = a.in<bool>(mask) + firstMask;
    kernels::recurrent(a.context.parallel(), s, d);
  });
}

}  // namespace

Status resolveLstm(Resolver& r) { return resolveRecurrent(r, true); }
Status resolveGru(Resolver& r) { return resolveRecurrent(r, false); }

}  // namespace smw
