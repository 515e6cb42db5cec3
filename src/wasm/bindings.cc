// The surface that JavaScript sees: thin, no logic, plain exports. (Embind would do the same with
// five times the glue.) Strings come in as UTF-8 bytes and their number, and go out as UTF-8 that a
// zero ends; js/session.ts is the other side. One instance of the module holds one model.
//
// The mailbox is a growable array of float64 in the heap that both sides write. Its address may
// change whenever mailbox() is called, and the heap's buffer whenever anything is called.
//
// Loading:    open(options); addFile(path, size) for each file; then step() until it is kDone.
//             kRead: the mailbox holds n, then n times [file, offset, length, address]; fill all,
//             step again.
// Calling:    mailbox: [n, then for each input dtype, rank, byteLength, dims...; m, output
// indices...] (m < 0:
//             all outputs); runs]. With runs > 0 the call is profiled: it runs as often (and once
//             more before, where that is more than once), and a last output is the profile, see
//             runtime/profile.h. begin(signature) checks, allocates, and leaves [address of each
//             input]. Fill them, then run(budgetMs) until kDone, which leaves [n, then for each
//             output dtype, rank, address, byteLength, dims...]. Outputs stay until the next
//             begin().
// Strings:    n uint32 lengths, then the bytes of all, one after another; byteLength is that of the
// block. After kFailed, error() is the error as JSON, and the model can be used further once it was
// loaded.
#include <emscripten/emscripten.h>

#include <string>

#include "wasm/session.h"

using smw::Session;

namespace {
/// What smwText gives, by number: JSON, in which there are no zero bytes.
constexpr std::string (Session::* kTexts[])() const = {&Session::error,  &Session::info,
                                                       &Session::about,  &Session::progress,
                                                       &Session::memory, &Session::compression};
}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE Session* smwOpen(const char* options, size_t n) {
  return new Session(std::string(options, n));
}
EMSCRIPTEN_KEEPALIVE int smwAddFile(Session* s, const char* path, size_t n, double size) {
  return s->addFile(std::string(path, n), size);
}
/// Valid until the next call. Without a session: the ops that this module has.
EMSCRIPTEN_KEEPALIVE const char* smwText(const Session* s, int which) {
  static std::string text;
  text = s ? (s->*kTexts[which])() : smw::supportedOpsJson();
  return text.c_str();
}
EMSCRIPTEN_KEEPALIVE int smwStep(Session* s) { return int(s->step()); }
EMSCRIPTEN_KEEPALIVE double* smwMailbox(Session* s, int doubles) {
  return s->mailbox(size_t(doubles));
}
EMSCRIPTEN_KEEPALIVE int smwBegin(Session* s, int signature) { return int(s->begin(signature)); }
EMSCRIPTEN_KEEPALIVE int smwRun(Session* s, double budgetMs) { return int(s->run(budgetMs)); }
EMSCRIPTEN_KEEPALIVE void smwAbort(Session* s) { s->abort(); }

}  // extern "C"
