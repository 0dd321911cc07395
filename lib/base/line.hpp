// Parts of a line.
#pragma once

#include <string_view>

namespace nutricount {

/// Without blanks at either end.
[[nodiscard]] std::string_view trimmed(std::string_view line);

}  // namespace nutricount
