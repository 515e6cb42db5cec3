// saved_model.pbtxt: what it gives must be wire format that the scanner takes.
#include "savedmodel/text_format.h"
#include "savedmodel/pb_scanner.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto wire = smw::textToWire(text, "tensorflow.SavedModel", "f");
  if (!wire || wire->empty()) return 0;
  smw::PbScanner scanner("f", int64_t(wire->size()), nullptr, {.inlineContent = INT64_MAX});
  const smw::Status s = scanner.feed(std::as_bytes(std::span(*wire)));
  if (!s && s.error().code() == smw::Code::kDataLoss) __builtin_trap();
  return 0;
}
