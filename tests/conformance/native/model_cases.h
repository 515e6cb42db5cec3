// Folders with case.json: a model, and what TensorFlow made of it.
#pragma once

#include <memory>
#include <string>

#include "json.h"
#include "outcome.h"

namespace smw::conformance {

/// Runs cases one after another, on one loaded model as long as they ask for the same.
class ModelRunner {
 public:
  /// `folder` is where case.json lies.
  ModelRunner(const Json& about, std::string folder);
  ~ModelRunner();
  int count() const { return int(about_["cases"].items.size()); }
  Outcome run(int i);

 private:
  struct Session;
  Outcome load(const Json& c);

  const Json& about_;
  std::string name_, path_, tags_;
  std::unique_ptr<Session> session_;
};

/// "model", "graphdef" or "keras".
std::string kindOfModel(const Json& about);

}  // namespace smw::conformance
