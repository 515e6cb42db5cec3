// Which kernel a resolve function chose, where there are several: for profiles.
#pragma once

namespace smw {

struct Chosen {
  const char* kernel = nullptr;  // a literal
  double multiplyAdds = 0;       // of a product
};

/// Says it, of the resolve call that is under way.
void chose(const char* kernel, double multiplyAdds = 0);
/// What was said since the last time.
Chosen takeChosen();

}  // namespace smw
