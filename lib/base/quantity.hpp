// Durations and sizes as people write and read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace nutricount {

/// Reads "300s", "5m", "1h30m", "250ms", "1d"; a bare number has no unit and is refused, and so are
/// signs, fractions and anything above 10 years.
[[nodiscard]] std::optional<Milliseconds> parse_duration(std::string_view text);

/// For settings and hints: "300s" -> "5m", "90s" -> "1m30s", "250ms".
[[nodiscard]] std::string format_duration(Milliseconds duration);
/// For reports: "0.41 s", "25.0 s", "3 min", "2 h", "4 d".
[[nodiscard]] std::string format_seconds(double seconds);
/// The same, from one moment to another.
[[nodiscard]] std::string format_between(Timestamp from, Timestamp to);
/// Binary units with at most one decimal: "104 MiB", "1.2 MiB", "512 B".
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);
/// "1 commit", "2 commits": the plural adds an s.
[[nodiscard]] std::string count_of(std::uint64_t count, std::string_view singular);

}  // namespace nutricount
