#include "machine/memory.hpp"

#include <algorithm>
#include <limits>

#include "machine/text.hpp"

namespace nutricount::machine {

std::optional<Memory> parse_memory(std::string_view meminfo) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max() / 1024;
  std::optional<std::uint64_t> total;
  std::optional<std::uint64_t> available;
  std::uint64_t swap_total = 0;
  std::uint64_t swap_free = 0;
  for (const auto line : lines_of(meminfo)) {
    const auto words = words_of(line);
    if (words.size() != 3 || words[2] != "kB") continue;
    const auto kibibytes = number_in<std::uint64_t>(words[1]);
    if (!kibibytes || *kibibytes > kMost) continue;
    const std::uint64_t bytes = *kibibytes * 1024;
    if (words[0] == "MemTotal:") total = bytes;
    if (words[0] == "MemAvailable:") available = bytes;
    if (words[0] == "SwapTotal:") swap_total = bytes;
    if (words[0] == "SwapFree:") swap_free = bytes;
  }
  if (!total || !available || *total == 0) return std::nullopt;
  return Memory{.total = *total,
                .available = std::min(*available, *total),
                .swap_total = swap_total,
                .swap_free = std::min(swap_free, swap_total)};
}

std::optional<Memory> read_memory(const std::filesystem::path& root) {
  const auto text = read_text(root / "proc/meminfo");
  return text ? parse_memory(*text) : std::nullopt;
}

}  // namespace nutricount::machine
