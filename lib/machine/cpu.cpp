#include "machine/cpu.hpp"

#include <unistd.h>

#include <algorithm>
#include <numeric>

#include "machine/text.hpp"

namespace nutricount::machine {
namespace {
constexpr std::size_t kIdle = 3;
constexpr std::size_t kWaiting = 4;
}  // namespace

std::optional<ByMode> parse_cpu_seconds(std::string_view stat) {
  const auto per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  for (const auto line : lines_of(stat)) {
    const auto words = words_of(line);
    if (words.empty() || words.front() != "cpu") continue;
    if (words.size() <= kIdle + 1) return std::nullopt;
    ByMode seconds{};  // an old kernel has fewer columns
    for (std::size_t mode = 0; mode < seconds.size() && mode + 1 < words.size(); ++mode) {
      const auto ticks = number_in<std::uint64_t>(words[mode + 1]);
      if (!ticks) return std::nullopt;
      seconds.at(mode) = static_cast<double>(*ticks) / per_second;
    }
    return seconds;
  }
  return std::nullopt;
}

std::optional<ByMode> read_cpu_seconds(const std::filesystem::path& root) {
  const auto text = read_text(root / "proc/stat");
  return text ? parse_cpu_seconds(*text) : std::nullopt;
}

std::optional<ByMode> cpu_shares(const ByMode& before, const ByMode& after) {
  ByMode shares{};
  for (std::size_t mode = 0; mode < shares.size(); ++mode) {
    shares.at(mode) = std::max(0.0, after.at(mode) - before.at(mode));  // iowait may go back
  }
  const double all = std::accumulate(shares.begin(), shares.end(), 0.0);
  if (all <= 0) return std::nullopt;
  for (auto& share : shares) share /= all;
  return shares;
}

double busy_share(const ByMode& shares) {
  return std::max(0.0, 1 - shares.at(kIdle) - shares.at(kWaiting));
}

}  // namespace nutricount::machine
