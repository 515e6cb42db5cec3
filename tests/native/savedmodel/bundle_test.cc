#include "savedmodel/bundle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/strings.h"
#include "savedmodel/checkpoint_reader.h"
#include "savedmodel/weight_loader.h"
#include "support/writers.h"

namespace smw {
namespace {

using testing::BundleWriter;
using testing::bytesOf;

const std::string kPrefix = "variables/variables";

std::vector<float> floats(size_t n, float from = 0) {
  std::vector<float> v(n);
  std::iota(v.begin(), v.end(), from);
  return v;
}

Result<TensorBundle> open(const BundleWriter& w) {
  const std::string index = w.index();
  return TensorBundle::parse(kPrefix, std::as_bytes(std::span(index)), true);
}

// Loads one tensor, in slices of 128 bytes.
Result<Tensor> load(MemoryFiles& files, const TensorBundle& b, const std::string& key,
                    const std::string& slice = "", bool verify = true) {
  WeightLoader loader(files.vfs(), {.verify = verify, .sliceBytes = 128});
  TensorSink sink;
  SMW_TRY(loader.wantTensor(b, key, slice, std::nullopt, std::nullopt, sink));
  SMW_TRY(runLoader(loader, files));
  return sink.tensor();
}

TEST(Bundle, RoundTripsOverShards) {
  BundleWriter w(3);
  const auto big = floats(1000);
  w.add("a/kernel", DType::kFloat, {10, 100}, bytesOf(big), 2);
  w.add("a/bias", DType::kInt64, {3}, bytesOf(std::vector<int64_t>{1, -2, 3}), 0);
  w.add("empty", DType::kFloat, {0, 7}, "", 1);
  w.add("flag", DType::kBool, {}, std::string(1, '\1'), 1);
  w.add("half", DType::kBfloat16, {3}, bytesOf(std::vector<uint16_t>{1, 2, 3}), 1);
  const std::vector<std::string> words = {"", "h\xC3\xA9llo", std::string(300, 'x'),
                                          std::string("\0\1", 2)};
  w.addStrings("words", {2, 2}, words, 1);
  w.addStrings("none", {0}, {}, 1);
  MemoryFiles files;
  w.write(files, kPrefix);
  const auto b = open(w);
  ASSERT_TRUE(b) << b.error().message();
  EXPECT_EQ(b->numShards(), 3);
  EXPECT_EQ(b->entries().size(), 7u);
  EXPECT_EQ(b->find("nothing"), nullptr);
  EXPECT_EQ(b->open("nothing").error().code(), Code::kNotFound);

  const auto kernel = load(files, *b, "a/kernel");
  ASSERT_TRUE(kernel) << kernel.error().message();
  EXPECT_TRUE(std::ranges::equal(kernel->span<float>(), big));
  EXPECT_EQ(load(files, *b, "a/bias")->span<int64_t>()[1], -2);
  EXPECT_EQ(load(files, *b, "empty")->shape(), (Shape{0, 7}));
  EXPECT_TRUE(load(files, *b, "flag")->span<bool>()[0]);
  EXPECT_EQ(load(files, *b, "half")->data<uint16_t>()[2], 3);
  const auto strings = load(files, *b, "words");
  ASSERT_TRUE(strings) << strings.error().message();
  EXPECT_TRUE(std::ranges::equal(strings->span<std::string>(), words));
  EXPECT_TRUE(load(files, *b, "none"));
}

TEST(Bundle, BigEndianIsTurned) {
  BundleWriter w(1, /*bigEndian=*/true);
  const auto turned = [](std::string bytes, size_t unit) {
    for (size_t i = 0; i < bytes.size(); i += unit)
      std::reverse(bytes.begin() + long(i), bytes.begin() + long(i + unit));
    return bytes;
  };
  w.add("f", DType::kFloat, {100}, turned(bytesOf(floats(100)), 4));
  w.add("c", DType::kComplex128, {2}, turned(bytesOf(std::vector<double>{1, 2, 3, 4}), 8));
  w.add("u", DType::kUint8, {3}, "abc");
  w.addStrings("s", {2}, {"one", "two"});
  MemoryFiles files;
  w.write(files, kPrefix);
  const auto b = *open(w);
  EXPECT_TRUE(b.bigEndian());
  EXPECT_TRUE(std::ranges::equal(load(files, b, "f")->span<float>(), floats(100)));
  EXPECT_EQ(load(files, b, "c")->span<complex128>()[1], complex128(3, 4));
  EXPECT_EQ(load(files, b, "u")->span<uint8_t>()[2], 'c');
  EXPECT_EQ(load(files, b, "s")->span<std::string>()[1], "two");
}

TEST(Bundle, PartsAreAssembled) {
  // w[i][j] = 10 i + j of shape (6,8): columns in two shards, rows within.
  BundleWriter w(2);
  std::vector<float> whole(48);
  for (size_t i = 0; i < 6; ++i)
    for (size_t j = 0; j < 8; ++j) whole[8 * i + j] = float(10 * i + j);
  const auto cut = [&](size_t i0, size_t ni, size_t j0, size_t nj) {
    std::vector<float> v;
    for (size_t i = i0; i < i0 + ni; ++i)
      for (size_t j = j0; j < j0 + nj; ++j) v.push_back(whole[8 * i + j]);
    return bytesOf(v);
  };
  const Shape shape{6, 8};
  w.addPart("w", DType::kFloat, shape, *TensorSlice::parse("-:0,5"), cut(0, 6, 0, 5), 1);
  w.addPart("w", DType::kFloat, shape, *TensorSlice::parse("0,2:5,3"), cut(0, 2, 5, 3), 0);
  w.addPart("w", DType::kFloat, shape, *TensorSlice::parse("2,4:5,3"), cut(2, 4, 5, 3), 0);
  w.addPart("hole", DType::kFloat, shape, *TensorSlice::parse("0,2:-"), cut(0, 2, 0, 8), 0);
  w.add("v", DType::kFloat, shape, bytesOf(whole), 0);
  MemoryFiles files;
  w.write(files, kPrefix);
  const auto b = *open(w);
  const auto t = load(files, b, "w");
  ASSERT_TRUE(t) << t.error().message();
  EXPECT_EQ(t->shape(), shape);
  EXPECT_TRUE(std::ranges::equal(t->span<float>(), whole));
  // A stored part by itself, a box across parts, and a box of a tensor that is not cut.
  EXPECT_EQ(load(files, b, "w", "6 8 2,4:5,3")->span<float>()[0], 25);
  for (const char* key : {"w", "v"}) {
    const auto box = load(files, b, key, "6 8 1,3:4,2");
    ASSERT_TRUE(box) << box.error().message();
    EXPECT_TRUE(std::ranges::equal(box->span<float>(), std::vector<float>{14, 15, 24, 25, 34, 35}))
        << key;
  }
  EXPECT_EQ(load(files, b, "v", "6 8 0,0:-")->shape(), (Shape{0, 8}));
  EXPECT_EQ(load(files, b, "w", "6 9 0,1:-").error().code(), Code::kInvalidArgument);
  EXPECT_EQ(load(files, b, "hole").error().code(), Code::kDataLoss);
  EXPECT_TRUE(load(files, b, "hole", "6 8 0,1:-"));
}

TEST(Bundle, ManyTensorsAtOnceEachByteOnce) {
  BundleWriter w(2);
  std::vector<std::vector<float>> values;
  for (int i = 0; i < 50; ++i) {
    values.push_back(floats(size_t(i * 37 % 61 + (i == 20 ? 40000 : 0)), float(i)));
    w.add(cat("t", i), DType::kFloat, {int64_t(values.back().size())}, bytesOf(values.back()),
          i % 2);
    if (i % 5 == 0) w.add(cat("odd", i), DType::kUint8, {1}, "!", i % 2);
  }
  MemoryFiles files;
  w.write(files, kPrefix);
  const auto b = *open(w);
  for (const int64_t slice : {64, 192, 4096, 1 << 20}) {
    WeightLoader loader(files.vfs(), {.sliceBytes = slice});
    std::vector<TensorSink> sinks(60);
    int64_t wanted = 0;
    for (int i = 0; i < 50; ++i)
      if (i % 3 > 0) {
        ASSERT_TRUE(
            loader.wantTensor(b, cat("t", i), "", DType::kFloat, std::nullopt, sinks[size_t(i)]));
        wanted += int64_t(values[size_t(i)].size()) * 4;
      }
    // The same tensor twice is one read.
    ASSERT_TRUE(loader.wantTensor(b, "t20", "", DType::kFloat, std::nullopt, sinks[50]));
    EXPECT_EQ(loader.bytesWanted(), wanted);
    const int64_t before = files.bytesRead();
    ASSERT_TRUE(runLoader(loader, files));
    EXPECT_EQ(loader.bytesDone(), wanted);
    // What lies between neighbours may come along.
    EXPECT_LE(files.bytesRead() - before, int64_t(files.vfs().size(1) + files.vfs().size(2)));
    for (size_t i = 0; i < 50; ++i)
      if (i % 3 > 0)
        EXPECT_TRUE(std::ranges::equal(sinks[i].tensor().span<float>(), values[i]))
            << i << ' ' << slice;
    EXPECT_TRUE(std::ranges::equal(sinks[50].tensor().span<float>(), values[20]));
  }
}

// A sink without memory of its own gets aligned pieces in ascending order.
class StreamSink : public WeightSink {
 public:
  Status consume(int64_t offset, std::span<const std::byte> bytes) override {
    EXPECT_EQ(offset, int64_t(got.size()));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(bytes.data()) % 4, 0u);
    EXPECT_EQ(bytes.size() % 4, 0u);
    got.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  }
  Status finish() override {
    ++finished;
    return {};
  }
  std::string got;
  int finished = 0;
};

TEST(Bundle, StreamsInOrder) {
  BundleWriter w;
  w.add("a", DType::kUint8, {3}, "abc");
  w.add("b", DType::kFloat, {500}, bytesOf(floats(500)));
  w.add("c", DType::kUint8, {1}, "c");
  w.add("d", DType::kFloat, {9}, bytesOf(floats(9)));
  MemoryFiles files;
  w.write(files, kPrefix);
  const auto b = *open(w);
  WeightLoader loader(files.vfs(), {.sliceBytes = 256});
  TensorSink a;
  StreamSink s, d;
  ASSERT_TRUE(loader.wantTensor(b, "d", "", {}, {}, d));
  ASSERT_TRUE(loader.wantTensor(b, "a", "", {}, {}, a));
  ASSERT_TRUE(loader.wantTensor(b, "b", "", {}, {}, s));
  ASSERT_TRUE(runLoader(loader, files));
  EXPECT_EQ(s.got, bytesOf(floats(500)));
  EXPECT_EQ(d.got, bytesOf(floats(9)));
  EXPECT_EQ(s.finished, 1);
}

TEST(Bundle, HarmInTheShardsIsNamed) {
  BundleWriter w(2);
  w.add("kernel", DType::kFloat, {10}, bytesOf(floats(10)), 1);
  w.addStrings("words", {3}, {"one", "two", "three"}, 1);
  w.add("other", DType::kFloat, {1}, bytesOf(floats(1)), 0);
  const auto b = *open(w);
  const std::string good = w.shards()[1];
  const std::string path = "variables/variables.data-00001-of-00002";
  for (size_t i = 0; i < good.size() * 8; ++i) {
    MemoryFiles files;
    std::string harmed = good;
    harmed[i / 8] ^= char(1 << (i % 8));
    ASSERT_TRUE(files.add(path, harmed));
    const std::string key = i / 8 < 40 ? "kernel" : "words";
    const auto t = load(files, b, key);
    ASSERT_FALSE(t) << i;
    EXPECT_EQ(t.error().code(), Code::kDataLoss);
    EXPECT_EQ(t.error().file(), path);
    EXPECT_EQ(t.error().name(), key);
    (void)load(files, b, key, "", /*verify=*/false);  // whatever comes, no crash
  }
  for (size_t n = 0; n < good.size(); ++n) {
    MemoryFiles files;
    ASSERT_TRUE(files.add(path, good.substr(0, n)));
    const auto t = load(files, b, n < 40 ? "kernel" : "words");
    ASSERT_FALSE(t) << n;
    EXPECT_EQ(t.error().code(), Code::kDataLoss);
    EXPECT_EQ(t.error().file(), path);
  }
  MemoryFiles none;
  const auto t = load(none, b, "kernel");
  EXPECT_EQ(t.error().code(), Code::kNotFound);
  EXPECT_EQ(t.error().file(), path);
  EXPECT_EQ(t.error().name(), "kernel");
}

TEST(Bundle, HarmInTheIndexIsCaught) {
  BundleWriter w;
  w.add("kernel", DType::kFloat, {10}, bytesOf(floats(10)));
  w.addStrings("words", {3}, {"one", "two", "three"});
  w.addPart("p", DType::kFloat, {2}, *TensorSlice::parse("0,1"), bytesOf(floats(1)));
  w.addPart("p", DType::kFloat, {2}, *TensorSlice::parse("1,1"), bytesOf(floats(1)));
  const std::string good = w.index();
  for (size_t i = 0; i < good.size() * 8; ++i) {
    std::string harmed = good;
    harmed[i / 8] ^= char(1 << (i % 8));
    for (const bool verify : {true, false}) {
      MemoryFiles files;
      w.write(files, kPrefix);
      const auto b = TensorBundle::parse(kPrefix, std::as_bytes(std::span(harmed)), verify);
      if (!b) {
        EXPECT_EQ(b.error().file(), "variables/variables.index");
        continue;
      }
      // Without checksums anything may come, but no crash and no read outside.
      for (const BundleEntry& e : b->entries())
        if (!e.isPart()) (void)load(files, *b, e.key);
    }
  }
}

TEST(Bundle, Versions) {
  BundleWriter w;
  w.minConsumer = 2;
  const auto b = open(w);
  ASSERT_FALSE(b);
  EXPECT_EQ(b.error().code(), Code::kUnimplemented);
}

TEST(Bundle, RefusesVariantsAndMismatches) {
  BundleWriter w;
  w.add("v", DType::kVariant, {1}, "xyz");
  w.add("f", DType::kFloat, {2}, bytesOf(floats(2)));
  MemoryFiles files;
  w.write(files, kPrefix);
  const auto b = *open(w);
  EXPECT_EQ(load(files, b, "v").error().code(), Code::kUnimplemented);
  WeightLoader loader(files.vfs());
  TensorSink sink;
  const Status dtype = loader.wantTensor(b, "f", "", DType::kInt32, {}, sink);
  EXPECT_EQ(dtype.error().code(), Code::kInvalidArgument);
  EXPECT_EQ(dtype.error().actual(), "float32");
  const Status shape = loader.wantTensor(b, "f", "", DType::kFloat, Shape{3}, sink);
  EXPECT_EQ(shape.error().expected(), "[3]");
}

TEST(CheckpointReader, SaysWhatIsMissing) {
  const auto read = [](std::vector<std::string> paths) {
    MemoryFiles files;
    for (const auto& p : paths) (void)files.add(p, "x");
    CheckpointReader reader(files.vfs(), kPrefix, true);
    return runLoader(reader, files).error();
  };
  EXPECT_EQ(read({}).code(), Code::kNotFound);
  EXPECT_EQ(read({"variables/variables.data-00000-of-00001"}).code(), Code::kNotFound);
  const Error temp = read({"variables/variables_temp/part-00000-of-00001.data-00000-of-00001"});
  EXPECT_EQ(temp.code(), Code::kFailedPrecondition);
  EXPECT_NE(temp.message().find("incomplete"), std::string::npos);
  EXPECT_EQ(read({"variables/variables.index"}).code(), Code::kDataLoss);
}

}  // namespace
}  // namespace smw
