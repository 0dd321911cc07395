#include "machine/disk.hpp"

#include <sys/statvfs.h>

#include <cmath>

namespace nutricount::machine {

std::optional<Disk> read_disk(const std::filesystem::path& path) {
  struct statvfs info {};
  if (statvfs(path.c_str(), &info) != 0 || info.f_blocks == 0) return std::nullopt;
  const std::uint64_t block = info.f_frsize;
  return Disk{.path = path,
              .size = info.f_blocks * block,
              .used = (info.f_blocks - info.f_bfree) * block,
              .available = info.f_bavail * block};
}

int percent(std::uint64_t used, std::uint64_t available) {
  const double all = static_cast<double>(used) + static_cast<double>(available);
  if (all <= 0) return 0;
  return static_cast<int>(std::ceil(100 * static_cast<double>(used) / all));
}

}  // namespace nutricount::machine
