// protobuf's text format (saved_model.pbtxt) to wire format. protobuf-lite has no text format; this
// one is driven by the table of message_table.h.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace smw {

/// `text` as wire bytes of the message `messageType` ("tensorflow.SavedModel"). Fields that proto/
/// does not know are skipped with their values. INVALID_ARGUMENT with line and column, and `file`,
/// where the text is not in the format.
Result<std::string> textToWire(std::string_view text, std::string_view messageType,
                               std::string_view file);

}  // namespace smw
