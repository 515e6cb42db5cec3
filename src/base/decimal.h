// Numbers from decimal text, correctly rounded. std::strtod computes in 128-bit long doubles, which
// wasm does not have: it would bring 14 KB of emulation.
#pragma once

namespace smw {

/// The double nearest to "[-+]digits[.digits][e[-+]digits]", "inf" or "nan" at `text`, ties to
/// even. `end` receives where the number ends; `text` itself where there is none.
double parseDouble(const char* text, const char** end = nullptr);
/// The same for the nearest float, not by way of a double.
float parseFloat(const char* text, const char** end = nullptr);

}  // namespace smw
