// Load and uptime: proc(5), /proc/loadavg and /proc/uptime.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string_view>

namespace nutricount::machine {

/// Over the last 1, 5 and 15 minutes.
using Load = std::array<double, 3>;

[[nodiscard]] std::optional<Load> parse_load(std::string_view loadavg);
[[nodiscard]] std::optional<Load> read_load(const std::filesystem::path& root = "/");

/// Seconds since boot.
[[nodiscard]] std::optional<double> parse_uptime(std::string_view uptime);
[[nodiscard]] std::optional<double> read_uptime(const std::filesystem::path& root = "/");

}  // namespace nutricount::machine
