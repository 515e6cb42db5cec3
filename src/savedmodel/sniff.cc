#include "savedmodel/sniff.h"

namespace smw {
namespace {

struct Signature {
  size_t offset;
  std::string_view bytes;
  std::string_view what;
};

using namespace std::string_view_literals;
constexpr Signature kSignatures[] = {
    {0, "PK\x03\x04"sv, "a zip archive (a .keras file, or a zipped model?)"},
    {0, "\x1F\x8B"sv, "a gzip file (a .tar.gz?)"},
    {4, "TFL3"sv, "a TensorFlow Lite model (.tflite)"},
    {0, "\x89HDF\r\n"sv, "an HDF5 file (a Keras .h5 model?)"},
    {0, "version https://git-lfs"sv, "a Git LFS pointer: the file itself was not fetched"},
    {0, "%PDF"sv, "a PDF"},
    {0, "\x89PNG"sv, "a PNG image"},
    {0, "\xFF\xD8\xFF"sv, "a JPEG image"},
    {0, "\x80\x02"sv, "a Python pickle"},
    {0, "\x80\x04"sv, "a Python pickle"},
    {257, "ustar"sv, "a tar archive"},
    {0, "\0asm"sv, "a WebAssembly module"},
    {0, "saved_model_schema_version"sv, "text: name it saved_model.pbtxt"},
    {0, "meta_graphs"sv, "text: name it saved_model.pbtxt"},
};

}  // namespace

std::string_view sniffFile(std::span<const std::byte> head) {
  std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  for (const Signature& s : kSignatures)
    if (text.size() >= s.offset + s.bytes.size() &&
        text.substr(s.offset, s.bytes.size()) == s.bytes)
      return s.what;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty() && (text[0] == ' ' || text[0] == '\n' || text[0] == '\r' || text[0] == '\t'))
    text.remove_prefix(1);
  if (text.starts_with("<!") || text.starts_with("<html") || text.starts_with("<HTML") ||
      text.starts_with("<head"))
    return "an HTML page (a server's answer to a wrong address?)";
  if (text.starts_with("<?xml") || text.starts_with("<svg")) return "an XML file";
  if (text.starts_with("{\"") || text.starts_with("{\n") || text.starts_with("{ ") ||
      text.starts_with("[{"))
    return "a JSON file (a TensorFlow.js model?)";
  return "";
}

}  // namespace smw
