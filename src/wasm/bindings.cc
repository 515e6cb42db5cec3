// The surface that JavaScript sees: thin, no logic. Strings cross by Embind; what happens at every
// call or slice is plain integers. One instance of the module holds one model.
//
// The mailbox is a growable array of float64 in the heap that both sides write. Its address may
// change whenever mailbox() is called, and the heap's buffer whenever anything is called.
//
// Loading:    new Session(options); addFile(path, size) for each file; then step() until it is
// kDone.
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
#include <emscripten/bind.h>
#include <emscripten/emscripten.h>

#include "wasm/session.h"

using smw::Session;

extern "C" {

EMSCRIPTEN_KEEPALIVE int smwStep(Session* s) { return int(s->step()); }
EMSCRIPTEN_KEEPALIVE double* smwMailbox(Session* s, int doubles) {
  return s->mailbox(size_t(doubles));
}
EMSCRIPTEN_KEEPALIVE int smwBegin(Session* s, int signature) { return int(s->begin(signature)); }
EMSCRIPTEN_KEEPALIVE int smwRun(Session* s, double budgetMs) { return int(s->run(budgetMs)); }
EMSCRIPTEN_KEEPALIVE void smwAbort(Session* s) { s->abort(); }

}  // extern "C"

EMSCRIPTEN_BINDINGS(savedmodel) {
  emscripten::class_<Session>("Session")
      .constructor<std::string>()
      .function("pointer", emscripten::optional_override(
                               [](Session& s) { return int(reinterpret_cast<intptr_t>(&s)); }))
      .function("addFile", &Session::addFile)
      .function("error", &Session::error)
      .function("info", &Session::info)
      .function("about", &Session::about)
      .function("progress", &Session::progress)
      .function("memory", &Session::memory)
      .function("compression", &Session::compression);
  emscripten::function("supportedOps", &smw::supportedOpsJson);
}
