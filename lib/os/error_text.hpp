// An Error on its way from a child process to its parent.
#pragma once

#include <string>

#include "base/error.hpp"

namespace nutricount::os {

[[nodiscard]] std::string as_text(const Error& error);
/// Throws Error for a text that `as_text` does not write.
[[nodiscard]] Error from_text(const std::string& text);

}  // namespace nutricount::os
