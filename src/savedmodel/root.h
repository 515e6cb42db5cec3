// Where in a heap of files the model is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "vfs/vfs.h"

namespace smw {

/// The folder that holds saved_model.pb or saved_model.pbtxt, wherever it lies: "" or "a/b". The
/// one nearest to the top wins where it is the only one at its depth. NOT_FOUND where there is
/// none, with what the files look like instead; INVALID_ARGUMENT naming the candidates where
/// several lie equally deep.
Result<std::string> findRoot(const VirtualFileSystem& vfs);

/// Every folder with a saved_model.pb or saved_model.pbtxt.
std::vector<std::string> findRoots(const VirtualFileSystem& vfs);

}  // namespace smw
