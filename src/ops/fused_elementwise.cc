// Several elementwise ops as one step, a block of elements at a time. Made by graph passes only.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>

#include "ops/element_op.h"
#include "ops/elementwise.h"
#include "ops/op_def.h"
#include "ops/threads.h"

namespace smw {
namespace {

/// Elements that one op makes before the next one has its turn: they stay in the nearest cache.
constexpr int64_t kRun = 512;

/// Where a value lies. Registers hold one block, in scratch memory of their own for each thread.
/// Tiles hold a short operand over and over, for a block that begins anywhere in it.
struct Place {
  enum Kind : uint8_t { kInput, kOutput, kScratch, kRegister, kTile } kind = kRegister;
  int64_t at = -1;  // which input or output; bytes into the scratch memory or into the registers
};

struct Operand {
  int64_t at = 0;
  Place::Kind kind{};
  uint8_t size = 0;     // of an element
  uint8_t step = 0;     // 1: as the output, 0: one element; of no matter where the op has a plan
  uint16_t period = 0;  // elements of a tile
};

struct Instruction {
  ElementLoop loop;
  Operand in[kernels::kMaxOperands], out;
  std::unique_ptr<kernels::BroadcastPlan> plan;  // where operands broadcast other than by scalars
};

struct Tile {
  Operand from;
  int64_t at;  // bytes into the scratch memory
  int64_t period;
};

/// Ops whose outputs have the same elements in the same order.
struct Stage {
  Shape shape;  // without leading ones
  std::vector<Instruction> ops;
  std::vector<Tile> tiles;
};

struct Program {
  std::vector<Stage> stages;
  int64_t registers = 0;  // where in the scratch memory they begin
  int64_t registerBytes = 0;
  int threads = 1;

  Status run(const Args& a) const {
    std::atomic<bool> ok = true;
    for (const Stage& s : stages) {
      const int64_t n = s.shape.numElements();
      if (n <= kRun) {
        if (n > 0 && !block(a, s, 0, n, 0)) ok = false;
        continue;
      }
      for (const Tile& t : s.tiles) fill(a, t);
      const int64_t each = std::max<int64_t>(1, kElementGrain / kRun / int64_t(s.ops.size()));
      parallelFor(a, threads).run(n, each * kRun, [&](int64_t begin, int64_t end, int slot) {
        for (; begin < end; begin += kRun)
          if (!block(a, s, begin, std::min(kRun, end - begin), slot))
            ok.store(false, std::memory_order_relaxed);
      });
    }
    if (ok) return {};
    for (const Stage& s : stages)
      for (const Instruction& i : s.ops)
        if (i.loop.failure) return i.loop.failure();
    return {};
  }

 private:
  /// The address of element 0, so that all places are addressed alike by a block from `begin` on.
  uintptr_t base(const Args& a, const Operand& o, int64_t begin, int slot) const {
    const auto scratch = uintptr_t(a.scratchMemory) + uintptr_t(o.at);
    switch (o.kind) {
      case Place::kInput:
        return uintptr_t(a.inputs[o.at]);
      case Place::kOutput:
        return uintptr_t(a.outputs[o.at]);
      case Place::kScratch:
        return scratch;
      case Place::kTile:
        return scratch - uintptr_t(begin / o.period * o.period * o.size);
      default:
        return scratch + uintptr_t(registers + slot * registerBytes - begin * o.size);
    }
  }

  void fill(const Args& a, const Tile& t) const {
    const auto* from = reinterpret_cast<const std::byte*>(base(a, t.from, 0, 0));
    // fits: a tile's period is at most kRun.
    const int64_t bytes = t.period * t.from.size;
    for (int64_t at = 0; at < (kRun + t.period) * t.from.size; at += bytes)
      std::memcpy(a.scratch<std::byte>() + t.at + at, from, size_t(bytes));
  }

  bool block(const Args& a, const Stage& s, int64_t begin, int64_t n, int slot) const {
    bool ok = true;
    for (const Instruction& i : s.ops) {
      const void* in[kernels::kMaxOperands];
      int step[kernels::kMaxOperands];
      size_t sizes[kernels::kMaxOperands];
      for (int k = 0; k < i.loop.operands; ++k) {
        const Operand& o = i.in[k];
        step[k] = o.step;
        sizes[k] = o.size;
        const int64_t from = i.plan ? 0 : begin * o.step * o.size;
        in[k] = reinterpret_cast<const void*>(base(a, o, begin, slot) + uintptr_t(from));
      }
      const uintptr_t out = base(a, i.out, begin, slot);
      if (i.plan)
        ok &= broadcastRuns(*i.plan, in, sizes, reinterpret_cast<void*>(out), i.out.size, begin,
                            begin + n, i.loop.run, &i.loop);
      else
        ok &= i.loop.run(&i.loop, in, step,
                         reinterpret_cast<void*>(out + uintptr_t(begin * i.out.size)), n);
    }
    return ok;
  }
};

/// An input, or what an op makes.
struct Value {
  DType dtype = DType::kInvalid;
  Shape shape{};
  int stage = -1;       // that makes it; of an input the one that reads it
  int lastOp = -1;      // of its readers
  bool whole = false;   // all of it is needed at once: by another stage, or outside
  bool spread = false;  // a reader does not take it element by element
  Place place{};
  int64_t size() const { return int64_t(dtypeSize(dtype)); }
};

/// `code` holds for each of `ops` the number of its operands, then these as values: inputs first,
/// then what the ops make, in order. `results` are the ops whose values are outputs.
class Compiler {
 public:
  explicit Compiler(Resolver& r) : r_(r), inputs_(r.numInputs()) {}

  Status compile() {
    for (int i = 0; i < inputs_; ++i)
      values_.push_back({.dtype = r_.dtype(i), .shape = r_.shape(i), .place = {Place::kInput, i}});
    const auto ops = SMW_TRY(r_.attr<std::vector<std::string>>("ops"));
    const auto code = SMW_TRY(r_.attr<std::vector<int64_t>>("code"));
    const auto results = SMW_TRY(r_.attr<std::vector<int64_t>>("results"));
    size_t at = 0;
    for (size_t i = 0; i < ops.size(); ++i) {
      const size_t n = at < code.size() ? size_t(code[at]) : 0;
      if (n < 1 || n > kernels::kMaxOperands || at + n >= code.size())
        return internal("op ", ops[i], " has no operands");
      SMW_TRY(resolveOp(ops[i], i, std::span(code).subspan(at + 1, n)));
      at += n + 1;
    }
    sortStages();
    findUses();
    SMW_TRY(place(results));
    declare(results);
    return r_.kernel([p = std::move(program_)](const Args& a) { return p.run(a); });
  }

 private:
  struct Op {
    Ref<RefCounted> state = makeRef<ElementOp>();
    SmallVector<int, 4> operands{};
    ElementOp& element() const { return static_cast<ElementOp&>(*state); }
  };

  Status resolveOp(const std::string& name, size_t i, std::span<const int64_t> operands) {
    const OpDef* def = findOp(name);
    if (!def) return internal("no op ", name);
    Op op;
    std::vector<InputInfo> infos;
    for (int64_t v : operands) {
      if (v < 0 || v >= int64_t(values_.size())) return internal("op ", name, " has no operands");
      const Value& from = values_[size_t(v)];
      infos.push_back({from.dtype, from.shape, nullptr});
      op.operands.push_back(int(v));
    }
    Attrs attrs;
    if (const auto* alpha = r_.attrs().find<std::vector<float>>("alpha"))
      attrs.set("alpha", (*alpha)[i]);
    if (const auto* types = r_.attrs().find<std::vector<DType>>("DstT"))
      attrs.set("DstT", (*types)[i]);
    Resolver sub(name, r_.node(), attrs, infos, 1, op.state);
    SMW_TRY(def->resolve(sub));
    if (!op.element().loop.run) return internal("op ", name, " is not elementwise here");
    const OutputInfo& out = sub.outputs()[0];
    values_.push_back({.dtype = out.dtype, .shape = out.shape, .stage = stageOf(out.shape)});
    ops_.push_back(std::move(op));
    return {};
  }

  static Shape plain(const Shape& s) {
    int ones = 0;
    while (ones < s.rank() && s[ones] == 1) ++ones;
    return *Shape::make(s.dims().subspan(size_t(ones)));
  }
  int stageOf(const Shape& shape) {
    const Shape own = plain(shape);
    for (size_t s = 0; s < program_.stages.size(); ++s)
      if (program_.stages[s].shape == own) return int(s);
    program_.stages.push_back({own, {}, {}});
    return int(program_.stages.size()) - 1;
  }
  /// Each after those whose values it reads.
  void sortStages() {
    std::vector<Stage>& stages = program_.stages;
    const size_t n = stages.size();
    std::vector<size_t> depth(n), place(n);
    bool changed = true;
    for (size_t round = 0; changed && round < n; ++round) {
      changed = false;
      for (size_t i = 0; i < ops_.size(); ++i)
        for (int o : ops_[i].operands) {
          const int from = values_[size_t(o)].stage, to = made(i).stage;
          if (from < 0 || from == to || depth[size_t(to)] > depth[size_t(from)]) continue;
          depth[size_t(to)] = depth[size_t(from)] + 1;
          changed = true;
        }
    }
    std::vector<Stage> sorted(n);
    for (size_t s = 0; s < n; ++s) {
      for (size_t t = 0; t < n; ++t)
        place[s] += depth[t] < depth[s] || (depth[t] == depth[s] && t < s);
      sorted[place[s]] = std::move(stages[s]);
    }
    stages = std::move(sorted);
    for (Value& v : values_)
      if (v.stage >= 0) v.stage = int(place[size_t(v.stage)]);
  }

  Value& made(size_t op) { return values_[size_t(inputs_) + op]; }
  Stage& stageAt(size_t op) { return program_.stages[size_t(made(op).stage)]; }
  bool isSpread(size_t op, size_t k) {
    return !(plain(ops_[op].element().shapes[k]) == stageAt(op).shape);
  }

  void findUses() {
    for (size_t i = 0; i < ops_.size(); ++i)
      for (size_t k = 0; k < ops_[i].operands.size(); ++k) {
        Value& v = values_[size_t(ops_[i].operands[k])];
        v.lastOp = int(i);
        if (v.stage < 0) v.stage = made(i).stage;
        if (v.stage != made(i).stage) v.whole = true;
        if (isSpread(i, k)) v.spread = true;
      }
  }

  Status place(const std::vector<int64_t>& results) {
    for (size_t k = 0; k < results.size(); ++k) {
      if (results[k] < 0 || results[k] >= int64_t(ops_.size())) return internal("no such result");
      made(size_t(results[k])).place = {Place::kOutput, int64_t(k)};
    }
    int64_t widest = 1;
    for (const Value& v : values_) widest = std::max(widest, v.size());
    // fits: an element has at most 16 bytes.
    const int64_t registerSize = kRun * widest;
    std::vector<bool> used;
    for (size_t s = 0; s < program_.stages.size(); ++s) {
      used.assign(used.size(), false);
      for (size_t i = 0; i < ops_.size(); ++i) {
        if (made(i).stage != int(s)) continue;
        Instruction in = SMW_TRY(instruction(i));
        // An op may write over an operand that it reads element by element.
        const auto release = [&](bool early) {
          for (int o : ops_[i].operands) {
            const Value& v = values_[size_t(o)];
            const bool over = v.size() == made(i).size() && !in.plan;
            if (v.place.kind == Place::kRegister && v.lastOp == int(i) && over == early)
              used[size_t(v.place.at / registerSize)] = false;
          }
        };
        release(true);
        Value& v = made(i);
        if (v.place.kind == Place::kOutput) {
        } else if (v.whole) {
          const int64_t bytes = SMW_TRY(mul(v.shape.numElements(), v.size()));
          v.place = {Place::kScratch, SMW_TRY(allocate(bytes))};
        } else {
          const auto free = std::ranges::find(used, false) - used.begin();
          if (free == int64_t(used.size())) used.push_back(true);
          used[size_t(free)] = true;
          v.place = {Place::kRegister, free * registerSize};
        }
        release(false);
        in.out = operand(v, 1);
        program_.stages[s].ops.push_back(std::move(in));
      }
    }
    program_.threads = plannedThreads();
    program_.registers = scratch_;
    // fits: as many registers as a chain has steps at most.
    program_.registerBytes = int64_t(used.size()) * registerSize + 64;
    r_.scratch(SMW_TRY(add(scratch_, SMW_TRY(mul(program_.registerBytes, program_.threads)))));
    return {};
  }
  static Operand operand(const Value& v, uint8_t step) {
    return {v.place.at, v.place.kind, uint8_t(v.size()), step};
  }
  Result<int64_t> allocate(int64_t bytes) {
    const int64_t at = scratch_;
    // Vector kernels may read 16 bytes past a value's end.
    scratch_ = SMW_TRY(add(scratch_, SMW_TRY(add(bytes, 79)) / 64 * 64));
    return at;
  }

  /// Values by channel and their like: the last dimensions of the stage.
  static bool repeats(const Shape& own, const Shape& stage) {
    const int64_t n = own.numElements();
    const auto last = stage.dims().last(size_t(std::min(own.rank(), stage.rank())));
    // fits: a constant.
    return n > 0 && n <= kRun && stage.numElements() >= 4 * kRun &&
           std::ranges::equal(own.dims(), last);
  }

  Result<Instruction> instruction(size_t i) {
    const ElementOp& op = ops_[i].element();
    const Shape& shape = stageAt(i).shape;
    Instruction in;
    bool general = false;
    for (const Shape& own : std::span(op.shapes).first(size_t(op.loop.operands)))
      general |= own.numElements() != 1 && !(plain(own) == shape) && !repeats(plain(own), shape);
    for (size_t k = 0; k < ops_[i].operands.size(); ++k) {
      const int64_t n = op.shapes[k].numElements();
      Operand& o = in.in[k] = operand(values_[size_t(ops_[i].operands[k])], n == 1 ? 0 : 1);
      if (general || n == 1 || !isSpread(i, k)) continue;
      // fits: what is spread has at most kRun elements.
      const int64_t at = SMW_TRY(allocate((kRun + 2 * n) * o.size));
      stageAt(i).tiles.push_back({o, at, n});
      o = {at, Place::kTile, o.size, 1, uint16_t(n)};
    }
    if (general) {
      std::vector<std::span<const int64_t>> dims;
      for (int k = 0; k < op.loop.operands; ++k) dims.push_back(op.shapes[k].dims());
      in.plan = std::make_unique<kernels::BroadcastPlan>();
      if (!kernels::planBroadcast(made(i).shape.dims(), dims, *in.plan))
        return unimplemented("broadcasting to ", shape.toString(), " has too many dimensions");
    }
    in.loop = op.loop;
    return in;
  }

  void declare(const std::vector<int64_t>& results) {
    std::vector<bool> taken(size_t(inputs_), false);
    for (int64_t result : results) {
      const Value& v = made(size_t(result));
      OutputInfo& out = r_.addOutput(v.dtype, v.shape);
      for (int i = 0; i < inputs_ && out.mayReuse < 0; ++i) {
        const Value& in = values_[size_t(i)];
        if (taken[size_t(i)] || in.spread || in.whole || in.stage != v.stage ||
            in.lastOp > int(result) || in.size() != v.size() ||
            in.shape.numElements() != v.shape.numElements())
          continue;
        taken[size_t(i)] = true;
        out.mayReuse = i;
      }
    }
  }

  Resolver& r_;
  int inputs_;
  std::vector<Value> values_;
  std::vector<Op> ops_;
  Program program_;
  int64_t scratch_ = 0;
};

}  // namespace

Status resolveFusedElementwise(Resolver& r) { return Compiler(r).compile(); }

}  // namespace smw
