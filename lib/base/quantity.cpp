#include "base/quantity.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

namespace nutricount {
namespace {
constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::int64_t kLongest = 3650LL * 86'400'000;

std::int64_t unit_value(std::string_view name) {
  for (const auto& [unit, value] : kUnits) {
    if (unit == name) return value;
  }
  return 0;
}
}  // namespace

std::optional<Milliseconds> parse_duration(std::string_view text) {
  std::int64_t total = 0;
  std::int64_t previous_unit = kLongest;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0 || text.front() == '-') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const std::string_view unit = text.substr(0, text.find_first_of("0123456789"));
    const std::int64_t value = unit_value(unit);
    if (value == 0 || value >= previous_unit || number > kLongest / value) return std::nullopt;
    total += number * value;
    previous_unit = value;
    text.remove_prefix(unit.size());
  }
  if (total > kLongest) return std::nullopt;
  return Milliseconds(total);
}

std::string format_duration(Milliseconds duration) {
  std::int64_t left = duration.count();
  if (left == 0) return "0s";
  std::string text;
  for (auto unit = kUnits.rbegin(); unit != kUnits.rend(); ++unit) {
    if (left >= unit->second) text += fmt::format("{}{}", left / unit->second, unit->first);
    left %= unit->second;
  }
  return text;
}

std::string format_seconds(double seconds) {
  if (seconds < 9.95) return fmt::format("{:.2f} s", seconds);
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  if (seconds < 3600) return fmt::format("{:.0f} min", seconds / 60);
  if (seconds < 2 * 86400.0) return fmt::format("{:.0f} h", seconds / 3600);
  return fmt::format("{:.0f} d", seconds / 86400);
}

std::string format_between(Timestamp from, Timestamp to) {
  return format_seconds(std::chrono::duration<double>(to - from).count());
}

std::string format_bytes(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> kNames{"B", "KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1023.95 && unit + 1 < kNames.size()) {
    value /= 1024;
    ++unit;
  }
  return value < 9.95 ? fmt::format("{:.1f} {}", value, kNames.at(unit))
                      : fmt::format("{:.0f} {}", value, kNames.at(unit));
}

std::string count_of(std::uint64_t count, std::string_view singular) {
  return fmt::format("{} {}{}", count, singular, count == 1 ? "" : "s");
}

}  // namespace nutricount
