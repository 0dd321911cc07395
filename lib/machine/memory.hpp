// Memory and swap: proc(5), /proc/meminfo.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "machine/disk.hpp"

namespace nutricount::machine {

struct Memory {
  std::uint64_t total = 0;       ///< bytes
  std::uint64_t available = 0;   ///< without swapping: MemAvailable
  std::uint64_t swap_total = 0;  ///< 0: the machine has none
  std::uint64_t swap_free = 0;

  /// As free(1) has it.
  [[nodiscard]] std::uint64_t used() const { return total - available; }
  [[nodiscard]] std::uint64_t swap_used() const { return swap_total - swap_free; }
};

/// Nothing for text that does not say how much there is in all and how much is available.
[[nodiscard]] std::optional<Memory> parse_memory(std::string_view meminfo);
[[nodiscard]] std::optional<Memory> read_memory(const std::filesystem::path& root = "/");
/// As disk.hpp has it: rounded up.
[[nodiscard]] inline int used_percent(const Memory& memory) {
  return percent(memory.used(), memory.available);
}

}  // namespace nutricount::machine
