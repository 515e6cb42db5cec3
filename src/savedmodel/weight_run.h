// What weight_loader.h reads and feeds: runs of bytes in files, and the tensors that are made of
// them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "savedmodel/bundle.h"
#include "savedmodel/content_heads.h"
#include "savedmodel/tensor_slice.h"
#include "savedmodel/weight_sink.h"
#include "vfs/vfs.h"

namespace smw {

/// One wanted tensor.
struct WeightTarget {
  WeightSink* sink;
  std::string name;
  DType dtype;
  Shape shape;
  /// Its place in the checkpoint's tensor, where it is put together from parts; else the one
  /// source's bytes are the tensor's.
  bool assembled = false;
  TensorSlice box;
  size_t runsLeft = 0;

  bool begun = false;
  std::byte* memory = nullptr;  // all bytes, where they are gathered
  Ref<Buffer> owned;

  Status begin();
  Status finish();
};

/// A run of bytes that is read once, and the targets that it feeds.
struct WeightRun {
  FileId file;
  int64_t offset, length;
  std::string fileName, name;
  DType dtype;
  int64_t numElements;
  uint32_t expectedCrc = 0;
  bool verify = false;
  bool swap = false;  // numbers are big-endian
  TensorSlice box;    // in the whole tensor, for assembled targets
  ContentHeads* heads = nullptr;
  std::vector<WeightTarget*> targets;

  bool started = false;
  int64_t planned = 0, done = 0;  // bytes asked for; bytes handed on
  std::string tail;  // bytes behind `done` that are here already, fewer than an element
  uint32_t crc = 0;
  std::byte* memory =
      nullptr;        // all bytes are read to here; null: they pass through the slice buffer
  Ref<Buffer> owned;  // of strings

  /// Begins the targets, finds where the bytes go, and uses what was kept of the head.
  Status start();
  /// Hands `bytes` on, those behind `done`. Turns them in place where that is to be done.
  Status deliver(std::span<std::byte> bytes);
  /// Checks, and finishes the targets that have all they need.
  Status finish();

 private:
  Error damaged(std::string_view what) const;
};

}  // namespace smw
