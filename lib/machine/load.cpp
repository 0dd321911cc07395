#include "machine/load.hpp"

#include <cmath>

#include "machine/text.hpp"

namespace nutricount::machine {
namespace {
std::optional<double> amount_in(std::string_view word) {
  const auto number = number_in<double>(word);
  if (!number || !std::isfinite(*number) || *number < 0) return std::nullopt;
  return number;
}
}  // namespace

std::optional<Load> parse_load(std::string_view loadavg) {
  const auto words = words_of(loadavg);
  Load load{};
  if (words.size() < load.size()) return std::nullopt;
  for (std::size_t i = 0; i < load.size(); ++i) {
    const auto one = amount_in(words[i]);
    if (!one) return std::nullopt;
    load.at(i) = *one;
  }
  return load;
}

std::optional<Load> read_load(const std::filesystem::path& root) {
  const auto text = read_text(root / "proc/loadavg");
  return text ? parse_load(*text) : std::nullopt;
}

std::optional<double> parse_uptime(std::string_view uptime) {
  const auto words = words_of(uptime);
  return words.empty() ? std::nullopt : amount_in(words.front());
}

std::optional<double> read_uptime(const std::filesystem::path& root) {
  const auto text = read_text(root / "proc/uptime");
  return text ? parse_uptime(*text) : std::nullopt;
}

}  // namespace nutricount::machine
