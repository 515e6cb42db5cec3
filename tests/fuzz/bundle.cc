// A checkpoint: the first two bytes tell how long the index is, the rest is the only shard. All
// tensors are loaded, whole and in a part.
#include "savedmodel/bundle.h"
#include "savedmodel/weight_loader.h"
#include "vfs/memory_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string all(reinterpret_cast<const char*>(data) + 2, size - 2);
  const size_t length = std::min<size_t>(all.size(), data[0] | data[1] << 8);
  const std::string index = all.substr(0, length);
  const auto bundle = smw::TensorBundle::parse("v", std::as_bytes(std::span(index)), false);
  if (!bundle) return 0;
  smw::MemoryFiles files;
  (void)files.add(bundle->shardPath(0), all.substr(length));
  for (const smw::BundleEntry& e : bundle->entries())
    for (const char* slice : {"", "4 0,2"}) {
      if (e.shape.numElements() > 1 << 20) continue;
      smw::WeightLoader loader(files.vfs(), {.verify = false, .sliceBytes = 64});
      smw::TensorSink sink;
      if (loader.wantTensor(*bundle, e.key, slice, {}, {}, sink))
        (void)smw::runLoader(loader, files);
    }
  return 0;
}
