// Where the time of a call goes: one entry for each recorded step, and the spans of the last run.
// Recipes add entries while they are built; the executor says when a step starts and stops.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"
#include "ops/chosen.h"
#include "runtime/recipe.h"

namespace smw {

class Profile {
 public:
  /// Spans and entries kept; further ones are counted only, and their time goes to a last entry.
  static constexpr size_t kMost = 1 << 16;

  /// What a step is, as far as that is known when its recipe is built.
  struct About {
    const Graph* graph;
    const Node* node;
    int kind;  // a RecipeStep::Kind, or kDirect, kControl
    Chosen chosen{};
    int64_t bytesIn = 0;
    std::vector<ValueKey> outputs{};
  };
  enum Kind { kDirect = 3, kControl = 4 };

  Profile();

  // ---- while a recipe is built
  int entries() const { return int(entries_.size()); }
  void add(const About& about);
  /// Of a step whose shapes depend on values, once it ran.
  void ran(int entry, const About& about);

  // ---- while it runs
  /// Step `entry` starts; what ran before has stopped.
  void start(int entry);
  void stop();
  /// A step that calls functions begins, and the last one begun ends: what runs between is inside.
  void enter(int entry);
  void leave();
  /// Time between pause() and resume() does not count.
  void resume();
  void pause();

  // ---- around a run
  /// Spans are kept of the last run only.
  void beginRun();
  /// `counts`: else the run was for warming up, and its times are forgotten.
  void endRun(bool counts);
  /// {"runs": [ns...], "steps": [[frame, node, covers, op, kind, kernel, multiply-adds, bytes in,
  ///   [[dtype, dimensions...]...], times run, ns, ns with what it called]...],
  ///  "spans": [step, start, ns, ...], "lost": spans beyond kMost}
  std::string toJson() const;

 private:
  struct Entry {
    std::string what, how;
    int64_t times = 0, ns = 0, nsInside = 0;
  };
  struct Span {
    int entry;
    int64_t start, ns;
  };
  /// A step that is under way, and the time of all leaves when it began.
  struct Open {
    int entry;
    int64_t start, leaves;
    size_t span;
  };

  int64_t now() const;
  Entry& at(int entry);
  size_t addSpan(int entry, int64_t start, int64_t ns);

  std::vector<Entry> entries_;
  std::vector<Span> spans_;
  std::vector<Open> stack_;
  std::vector<int64_t> runs_;
  int current_ = -1;
  int64_t start_ = 0;   // of the current step
  int64_t leaves_ = 0;  // time of all steps so far
  int64_t pause_ = 0;   // what the clock had when it was stopped
  int64_t zero_ = 0;    // where this run starts; the clock does not count pauses
  int64_t lost_ = 0;
};

}  // namespace smw
