#include "vfs/vfs.h"

#include <gtest/gtest.h>

#include "vfs/memory_files.h"
#include "vfs/native_files.h"
#include "vfs/read.h"

namespace smw {
namespace {

TEST(Vfs, FindsFilesInAnySpelling) {
  VirtualFileSystem vfs;
  const FileId id = *vfs.add("model\\variables\\variables.index", 12);
  EXPECT_EQ(vfs.path(id), "model/variables/variables.index");
  EXPECT_EQ(vfs.size(id), 12);
  EXPECT_EQ(vfs.find("/model/./variables//variables.index"), id);
  EXPECT_EQ(vfs.find("model/variables"), std::nullopt);
  EXPECT_EQ(vfs.find("../model"), std::nullopt);
  const auto missing = vfs.open("model/x");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::kNotFound);
  EXPECT_EQ(missing.error().file(), "model/x");
}

TEST(Vfs, RefusesWhatIsNoFile) {
  VirtualFileSystem vfs;
  EXPECT_EQ(vfs.add("../x", 1).error().code(), Code::kInvalidArgument);
  EXPECT_EQ(vfs.add("", 1).error().code(), Code::kInvalidArgument);
  EXPECT_EQ(vfs.add("x", -1).error().code(), Code::kInvalidArgument);
  ASSERT_TRUE(vfs.add("x", 1));
  EXPECT_EQ(vfs.add("./x", 1).error().code(), Code::kAlreadyExists);
}

TEST(Vfs, Lists) {
  VirtualFileSystem vfs;
  for (const char* p : {"m/saved_model.pb", "m/variables/b", "m/variables/a", "mm/c"})
    ASSERT_TRUE(vfs.add(p, 1));
  EXPECT_EQ(vfs.list(""), (std::vector<std::string>{"m", "mm"}));
  EXPECT_EQ(vfs.list("m"), (std::vector<std::string>{"saved_model.pb", "variables"}));
  EXPECT_TRUE(vfs.isDirectory("m/variables"));
  EXPECT_FALSE(vfs.isDirectory("m/saved_model.pb"));
  EXPECT_FALSE(vfs.isDirectory("m/v"));
  EXPECT_EQ(vfs.filesBelow("m").size(), 3u);
}

TEST(FileLoader, ReadsWholeFilesInSlices) {
  MemoryFiles files;
  const std::string big(size_t(kSliceBytes) + 5, 'x');
  const FileId a = *files.add("a", "hello"), b = *files.add("b", big), c = *files.add("c", "");
  FileLoader loader(files.vfs(), {a, b, c, a});
  ASSERT_TRUE(runLoader(loader, files));
  EXPECT_EQ(*files.vfs().contents(a), "hello");
  EXPECT_EQ(*files.vfs().contents(b), big);
  EXPECT_EQ(*files.vfs().contents(c), "");
  EXPECT_EQ(files.bytesRead(), int64_t(big.size()) + 5);
}

TEST(NativeFiles, ReadsThisFolder) {
  NativeFiles files;
  ASSERT_TRUE(files.addDirectory(SMW_SOURCE_DIR "/tests/native/vfs"));
  const FileId id = *files.vfs().open("vfs_test.cc");
  std::string head(8, '\0');
  ASSERT_TRUE(files.read({id, 1, 8, reinterpret_cast<std::byte*>(head.data())}));
  EXPECT_EQ(head, "include ");
  const Status past =
      files.read({id, files.vfs().size(id), 8, reinterpret_cast<std::byte*>(head.data())});
  ASSERT_FALSE(past);
  EXPECT_EQ(past.error().code(), Code::kDataLoss);
}

TEST(NativeFiles, NamesAMissingFolder) {
  NativeFiles files;
  const Status s = files.addDirectory("/nowhere/at/all");
  ASSERT_FALSE(s);
  EXPECT_EQ(s.error().code(), Code::kNotFound);
}

}  // namespace
}  // namespace smw
