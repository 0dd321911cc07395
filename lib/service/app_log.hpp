// STATE/app.log: what the application writes to its output, without systemd.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "os/fd.hpp"
#include "os/owner.hpp"

namespace nutricount::service {

struct AppLog {
  os::Fd fd;                 ///< open for appending, belongs to the owner
  std::uint64_t offset = 0;  ///< where the next output begins
};

/// Opens the log for a new start. One that has grown beyond 1 MiB becomes app.log.1 first.
[[nodiscard]] AppLog open_app_log(const std::filesystem::path& state_directory,
                                  const os::Owner& owner);

/// The last lines from `offset` on, oldest first, at most `count`, out of the last 64 KiB. Empty
/// where the log cannot be read.
[[nodiscard]] std::vector<std::string> tail_of_app_log(const std::filesystem::path& state_directory,
                                                       std::uint64_t offset, std::size_t count);

}  // namespace nutricount::service
