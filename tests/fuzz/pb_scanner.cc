// saved_model.pb: the scanner in pieces, protobuf on what is left, and all that reads facts off a
// MetaGraph.
#include "savedmodel/pb_scanner.h"
#include "proto/meta_graph.pb.h"
#include "savedmodel/info.h"
#include "savedmodel/restore_trace.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  google::protobuf::SetLogHandler(nullptr);
  const size_t piece = size_t(data[0]) + 1;
  const std::span<const std::byte> file(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  smw::ContentHeads heads;
  smw::PbScanner scanner("f", int64_t(file.size()), &heads, {.inlineContent = 16});
  while (!scanner.done()) {
    const size_t at = size_t(scanner.position());
    if (at > file.size()) __builtin_trap();
    if (!scanner.feed(file.subspan(at, std::min(piece, file.size() - at)))) return 0;
  }
  for (size_t i = 0; i < scanner.metaGraphs().size(); ++i) {
    const std::string& bytes = scanner.metaGraphs()[i];
    tensorflow::MetaGraphDef m, shared;
    smw::UncalledFunctions uncalled;
    if (bytes.size() > file.size() || !m.ParseFromString(bytes)) continue;
    // With functions that say the same taken for one, as a model is loaded.
    if (shared.ParseFromString(bytes))
      (void)smw::addCalledFunctions(shared, scanner.functions()[i], nullptr);
    if (!smw::addCalledFunctions(m, std::move(scanner.functions()[i]), &uncalled)) continue;
    (void)smw::describeMetaGraph(m, uncalled);
    (void)smw::findAssets(m, "");
    (void)smw::traceRestore(m);
  }
  return 0;
}
