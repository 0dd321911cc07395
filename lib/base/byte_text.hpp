// Any bytes as ASCII text: what JSON, which is UTF-8, can hold.
#pragma once

#include <string>
#include <string_view>

namespace nutricount {

/// Every byte that is not a plain ASCII character, and each of space, %, " and \, as %XX.
[[nodiscard]] std::string escaped(std::string_view bytes);
/// The reverse; throws Error where a % is not followed by two hexadecimal digits.
[[nodiscard]] std::string unescaped(std::string_view text);

}  // namespace nutricount
