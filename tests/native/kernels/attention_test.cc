#include "kernels/attention.h"

#include "kernels/reference.h"

namespace smw::kernels::test {
namespace {

std::vector<float> reference(const Attention& s, const float* q, const float* k, const float* v,
                             AttentionMask mask) {
  std::vector<float> out(size_t(s.batch * s.heads * s.queries * s.valueDepth));
  for (int64_t b = 0; b < s.batch; ++b)
    for (int64_t h = 0; h < s.heads; ++h)
      for (int64_t i = 0; i < s.queries; ++i) {
        const auto at = [&](const Attention::Strides& t, int64_t row, int64_t column) {
          return b * t.batch + h * t.head + row * t.row + column * t.column;
        };
        std::vector<double> p;
        double most = -INFINITY, sum = 0;
        for (int64_t j = 0; j < s.keys; ++j) {
          double x = 0;
          for (int64_t d = 0; d < s.depth; ++d) x += double(q[at(s.q, i, d)]) * k[at(s.k, j, d)];
          x *= s.scale;
          if (mask.added) x = double(float(x) + mask.added[at(s.mask, i, j)]);
          if (mask.kept && bool(mask.kept[at(s.mask, i, j)]) == s.keepsFalse) x = double(s.fill);
          p.push_back(x);
          most = std::max(most, x);
        }
        for (double& x : p) sum += x = std::exp(x - most);
        for (int64_t d = 0; d < s.valueDepth; ++d) {
          double x = 0;
          for (int64_t j = 0; j < s.keys; ++j) x += p[size_t(j)] / sum * v[at(s.v, j, d)];
          out[size_t(at(s.out, i, d))] = float(x);
        }
      }
  return out;
}

void check(Attention s, bool heads2, int maskKind) {
  SCOPED_TRACE(testing::Message() << s.queries << " queries " << s.keys << " keys " << s.depth
                                  << " deep " << s.valueDepth << " mask " << maskKind);
  // (batch, row, head, column), or (batch, head, row, column).
  const auto lay = [&](Attention::Strides& t, int64_t rows, int64_t columns) {
    t.batch = s.heads * rows * columns;
    t.head = heads2 ? columns : rows * columns;
    t.row = heads2 ? s.heads * columns : columns;
  };
  lay(s.q, s.queries, s.depth);
  lay(s.k, s.keys, s.depth);
  lay(s.v, s.keys, s.valueDepth);
  lay(s.out, s.queries, s.valueDepth);
  const int64_t all = s.batch * s.heads;
  const Floats q(all * s.queries * s.depth, 1), k(all * s.keys * s.depth, 2),
      v(all * s.keys * s.valueDepth, 3);
  Floats mask(all * s.queries * s.keys + 1, 4);
  const bool selects = maskKind > 3;
  const int form = selects ? maskKind - 3 : maskKind;
  if (form == 1) lay(s.mask, s.queries, s.keys);
  if (form == 2) s.mask = {s.keys, 0, 0, 1};
  if (form == 3) s.mask = {0, 0, 1, 0};
  s.fill = -2.4e38f;
  s.keepsFalse = heads2;
  for (int64_t i = 0; i < mask.size(); i += 3) mask[i] = i % 2 ? -1e9f : -INFINITY;
  // One query that may look at nothing.
  if (form == 1)
    for (int64_t j = 0; j < s.keys; ++j) mask[j * s.mask.column] = -1e9f;
  if (form == 3) mask[0] = -1e9f;
  std::vector<uint8_t> kept;
  for (int64_t i = 0; i < mask.size(); ++i) kept.push_back((mask[i] > -1e8f) != s.keepsFalse);
  AttentionMask m;
  if (selects)
    m.kept = kept.data();
  else if (form)
    m.added = mask.data();
  const std::vector<float> want = reference(s, q.data(), k.data(), v.data(), m);
  Floats got(int64_t(want.size()), 5), scratch(s.scratch(1), 6);
  attention(serial(), s, q.data(), k.data(), v.data(), m, got.data(), scratch.data());
  expectClose(got.data(), want.data(), got.size(), double(s.depth));
  Threads three(3);
  Floats again(got.size(), 7);
  scratch = Floats(s.scratch(3), 8);
  attention(three, s, q.data(), k.data(), v.data(), m, again.data(), scratch.data());
  expectSameBits(again.data(), got.data(), got.size(), "three threads");
}

TEST(Attention, AgainstTheReference) {
  for (int64_t queries : {1, 5, 6, 13, 50})
    for (int64_t keys : {0, 1, 3, 4, 8, 17, 130})
      for (int64_t depth : {1, 4, 9})
        for (int maskKind : {0, 1, 2, 3, 4, 5, 6}) {
          Attention s;
          s.batch = 2;
          s.heads = 3;
          s.queries = queries;
          s.keys = keys;
          s.depth = depth;
          s.valueDepth = depth == 4 ? 11 : depth;
          s.scale = depth == 9 ? 1.0f : 0.37f;
          check(s, depth != 1, maskKind);
        }
}

TEST(Attention, ManyKeys) {
  Attention s;
  s.queries = 20;
  s.keys = 7000;
  s.depth = s.valueDepth = 8;
  check(s, true, 2);
}

}  // namespace
}  // namespace smw::kernels::test
