// Processor time by what it was spent on: proc(5), /proc/stat.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string_view>

namespace nutricount::machine {

/// The columns of /proc/stat. Guests are not among them: their time is in user and nice already.
inline constexpr std::array<std::string_view, 8> kCpuModes = {"user",   "nice", "system",  "idle",
                                                              "iowait", "irq",  "softirq", "steal"};

/// One value for each of kCpuModes, of all processors together.
using ByMode = std::array<double, kCpuModes.size()>;

/// Seconds since boot, of the "cpu" line.
[[nodiscard]] std::optional<ByMode> parse_cpu_seconds(std::string_view stat);
/// The same, read.
[[nodiscard]] std::optional<ByMode> read_cpu_seconds(const std::filesystem::path& root);

/// Shares from 0 to 1, together 1, of the time between two readings; nothing where none passed.
[[nodiscard]] std::optional<ByMode> cpu_shares(const ByMode& before, const ByMode& after);
/// What was spent neither idle nor waiting for a disk.
[[nodiscard]] double busy_share(const ByMode& shares);

}  // namespace nutricount::machine
