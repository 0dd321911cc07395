// Text from outside - options, file names, commit subjects, an application's output - as one line
// that does to a terminal or a log nothing but show itself.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nutricount {

/// RFC 3629.
[[nodiscard]] bool is_utf8(std::string_view text);
/// Whether it is UTF-8 without control characters.
[[nodiscard]] bool is_printable(std::string_view text);

/// The text with control characters and bytes that are not UTF-8 as "\n", "\x1b"; a tab stays. Cut,
/// with "…" at its end, above 2000 bytes.
[[nodiscard]] std::string printable(std::string_view text);

/// With & < > as the entities that HTML and Slack have for them.
[[nodiscard]] std::string with_entities(std::string_view text);

/// The first `most` bytes of UTF-8, or less: whole characters.
[[nodiscard]] std::string beginning(std::string_view text, std::size_t most);

}  // namespace nutricount
