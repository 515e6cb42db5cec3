#include "runtime/profile.h"

#include <algorithm>

#include "base/clock.h"
#include "base/strings.h"

namespace smw {

namespace {

int64_t clock() { return int64_t(nowMs() * 1e6); }

std::string howJson(const Profile::About& a) {
  std::string s = cat(a.kind, ",\"", a.chosen.kernel ? a.chosen.kernel : "", "\",",
                      int64_t(std::min(a.chosen.multiplyAdds, 1e18)), ',', a.bytesIn, ",[");
  for (const ValueKey& o : a.outputs) {
    s += cat(s.ends_with('[') ? "[\"" : ",[\"", dtypeName(o.dtype), '"');
    for (int64_t d : o.shape.dims()) s += cat(',', d);
    s += ']';
  }
  return s + ']';
}

}  // namespace

Profile::Profile() : pause_(clock()) {}

int64_t Profile::now() const { return clock() - zero_; }

Profile::Entry& Profile::at(int entry) {
  return entries_[std::min(size_t(entry), entries_.size() - 1)];
}

void Profile::add(const About& a) {
  if (entries_.size() > kMost) return;
  if (entries_.size() == kMost)
    entries_.push_back({"\"\",\"\",\"\",\"\"", "0,\"\",0,0,[]"});
  else
    entries_.push_back(
        {cat(jsonQuote(a.graph->name), ',', jsonQuote(a.node->name), ',',
             jsonQuote(a.node->attrs.getOr("covers", "")), ',', jsonQuote(a.node->op)),
         howJson(a)});
}

void Profile::ran(int entry, const About& a) { at(entry).how = howJson(a); }

size_t Profile::addSpan(int entry, int64_t start, int64_t ns) {
  if (spans_.size() < kMost)
    spans_.push_back({entry, start, ns});
  else
    ++lost_;
  return spans_.size() - 1;
}

void Profile::start(int entry) {
  const int64_t t = now();
  if (current_ >= 0) {
    Entry& e = at(current_);
    const int64_t ns = t - start_;
    ++e.times;
    e.ns += ns;
    e.nsInside += ns;
    leaves_ += ns;
    addSpan(current_, start_, ns);
  }
  current_ = entry;
  start_ = t;
}

void Profile::stop() {
  if (current_ >= 0) start(-1);
}

void Profile::enter(int entry) {
  const int64_t t = now();
  stack_.push_back({entry, t, leaves_, addSpan(entry, t, 0)});
}

void Profile::leave() {
  const Open open = stack_.back();
  stack_.pop_back();
  Entry& e = at(open.entry);
  const int64_t inside = now() - open.start, own = inside - (leaves_ - open.leaves);
  ++e.times;
  e.ns += own;
  e.nsInside += inside;
  leaves_ += own;
  if (Span& s = spans_[open.span]; s.entry == open.entry && s.start == open.start) s.ns = inside;
}

void Profile::resume() { zero_ += clock() - pause_; }

void Profile::pause() { pause_ = clock(); }

void Profile::beginRun() {
  zero_ = pause_;
  spans_.clear();
  lost_ = 0;
}

void Profile::endRun(bool counts) {
  if (counts) return runs_.push_back(pause_ - zero_);
  for (Entry& e : entries_) e.times = e.ns = e.nsInside = 0;
}

std::string Profile::toJson() const {
  std::string s = "{\"runs\":[";
  for (int64_t ns : runs_) s += cat(s.ends_with('[') ? "" : ",", ns);
  s += "],\"steps\":[";
  for (const Entry& e : entries_)
    s += cat(&e == &entries_[0] ? "[" : ",[", e.what, ',', e.how, ',', e.times, ',', e.ns, ',',
             e.nsInside, ']');
  s += "],\"spans\":[";
  for (const Span& p : spans_)
    s += cat(&p == &spans_[0] ? "" : ",", p.entry, ',', p.start, ',', p.ns);
  return s + cat("],\"lost\":", lost_, '}');
}

}  // namespace smw
