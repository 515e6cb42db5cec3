// Recorded op cases: OpCaseFile -> outcomes.
#pragma once

#include <string>

#include "opcase.pb.h"
#include "outcome.h"

namespace smw::conformance {

/// False where `path` cannot be read or is no OpCaseFile.
bool readOpCases(const std::string& path, opcases::OpCaseFile& file);

/// The op type that the cases are of.
std::string opOf(const opcases::OpCaseFile& file);

Outcome runOpCase(const opcases::OpCase& c);

/// Node, inputs and origin, over several lines.
std::string describeCase(const opcases::OpCase& c);

}  // namespace smw::conformance
