// STATE/app.pid: which process runs the application, without systemd.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "os/process.hpp"

namespace nutricount::service {

struct PidRecord {
  os::ProcessId process;         ///< the main process: leader of its own session
  std::string unit;              ///< the name to show
  Timestamp started;             ///< by the wall clock
  std::uint64_t log_offset = 0;  ///< where its output begins in app.log
  bool stopping = false;         ///< it was told to end: still there perhaps, but not for long
};

[[nodiscard]] std::filesystem::path pidfile_path(const std::filesystem::path& state_directory);

/// Nothing where there is no pidfile. Throws where it cannot be understood: then nobody knows
/// whether the application runs.
[[nodiscard]] std::optional<PidRecord> read_pidfile(const std::filesystem::path& state_directory);
/// Durable, in one step.
void write_pidfile(const std::filesystem::path& state_directory, const PidRecord& record);
void remove_pidfile(const std::filesystem::path& state_directory);

}  // namespace nutricount::service
