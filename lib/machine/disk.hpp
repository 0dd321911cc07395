// How full the file system of a path is, as df(1) has it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace nutricount::machine {

struct Disk {
  std::filesystem::path path;  ///< that was asked for
  std::uint64_t size = 0;      ///< bytes
  std::uint64_t used = 0;
  std::uint64_t available = 0;  ///< to everybody: without what is reserved for root
};

/// statvfs(3); nothing for a path that is not there, and for a file system without a size.
[[nodiscard]] std::optional<Disk> read_disk(const std::filesystem::path& path);

/// Whole percent, rounded up: what is left of 100 can be relied on. 0 where there is nothing.
[[nodiscard]] int percent(std::uint64_t used, std::uint64_t available);
[[nodiscard]] inline int used_percent(const Disk& disk) {
  return percent(disk.used, disk.available);
}

}  // namespace nutricount::machine
