#include "ops/nms.h"

#include <algorithm>
#include <cmath>
#include <queue>

#include "tensor/half.h"

namespace smw {

namespace {

struct Candidate {
  int32_t box;
  float score;
  size_t comparedTo;  // selected boxes that it was held against already
};

struct Below {
  bool operator()(const Candidate& a, const Candidate& b) const {
    return a.score < b.score || (a.score == b.score && a.box > b.box);
  }
};

/// How many candidates pass between two looks at `cancelled`.
constexpr int kPatience = 1024;

}  // namespace

float intersectionOverUnion(const float* a, const float* b) {
  const auto area = [](float y0, float x0, float y1, float x1) { return (y1 - y0) * (x1 - x0); };
  const float ay0 = std::min(a[0], a[2]), ay1 = std::max(a[0], a[2]);
  const float ax0 = std::min(a[1], a[3]), ax1 = std::max(a[1], a[3]);
  const float by0 = std::min(b[0], b[2]), by1 = std::max(b[0], b[2]);
  const float bx0 = std::min(b[1], b[3]), bx1 = std::max(b[1], b[3]);
  const float areaA = area(ay0, ax0, ay1, ax1), areaB = area(by0, bx0, by1, bx1);
  if (areaA <= 0 || areaB <= 0) return 0;
  const float height = std::max(std::min(ay1, by1) - std::max(ay0, by0), 0.0f);
  const float width = std::max(std::min(ax1, bx1) - std::max(ax0, bx0), 0.0f);
  const float common = height * width;
  return common / (areaA + areaB - common);
}

NmsResult selectBoxes(const float* scores, int64_t n, const NmsOptions& o,
                      const std::function<float(int64_t, int64_t)>& similarity,
                      const std::function<bool()>& cancelled) {
  const auto round = [&](float v) { return o.half ? float(half(v)) : v; };
  const bool soft = o.softSigma > 0;
  const float scale = soft ? round(-0.5f / o.softSigma) : 0;
  std::vector<Candidate> begin;
  for (int64_t i = 0; i < n; ++i)
    if (scores[i] > o.score) begin.push_back({int32_t(i), scores[i], 0});
  std::priority_queue<Candidate, std::vector<Candidate>, Below> queue(Below(), std::move(begin));
  NmsResult r;
  for (int pass = 1; int64_t(r.indices.size()) < o.most && !queue.empty(); ++pass) {
    if (pass % kPatience == 0 && cancelled()) break;
    Candidate c = queue.top();
    queue.pop();
    const float before = c.score;
    bool dropped = false;
    for (size_t j = r.indices.size(); j-- > c.comparedTo;) {
      const float s = round(similarity(c.box, r.indices[j]));
      if (soft) {
        const float weight = round(std::exp(round(round(scale * s) * s)));
        c.score = round(c.score * weight);
      } else if (s > o.similarity) {
        dropped = true;
        break;
      }
      if (c.score <= o.score) break;
    }
    // Where the loop ended early the candidate is out for good, so this holds in every case.
    c.comparedTo = r.indices.size();
    if (dropped) continue;
    if (c.score == before) {
      r.indices.push_back(c.box);
      r.scores.push_back(c.score);
    } else if (c.score > o.score) {
      queue.push(c);
    }
  }
  return r;
}

}  // namespace smw
