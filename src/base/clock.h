#pragma once

#ifdef __EMSCRIPTEN__
#include <emscripten/emscripten.h>
#else
#include <chrono>
#endif

namespace smw {

/// Milliseconds since some moment, never less than before.
inline double nowMs() {
#ifdef __EMSCRIPTEN__
  // Not std::chrono: what the C library puts between the two comes to a kilobyte.
  return emscripten_get_now();
#else
  using std::chrono::duration;
  return duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
#endif
}

}  // namespace smw
