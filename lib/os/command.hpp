// A command in a child process: no shell, its output together with how it ended.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "os/child.hpp"

namespace nutricount::os {

struct Command {
  std::vector<std::string> argv;  ///< argv[0] without a slash is looked up in PATH
  std::filesystem::path directory;
  std::map<std::string, std::string> environment;  ///< added to, or replacing, this process's own
  std::size_t output_limit = 64U << 10U;  ///< of stdout and stderr together, the last bytes kept
  /// Gets each line; one of more than output_limit bytes comes in pieces.
  std::function<void(std::string_view line)> on_line;
};

struct CommandResult {
  int exit_status = 0;  ///< 128 + signal where a signal ended it
  std::string output;   ///< stdout and stderr as they came, at most output_limit bytes of the end
  double seconds = 0;
  [[nodiscard]] bool ok() const { return exit_status == 0; }
};

/// Runs a command to its end with stdin from /dev/null. Throws Error when it cannot be started, at
/// the deadline, and when interrupted; a command that fails is a result, not an error.
[[nodiscard]] CommandResult run(const Command& command, const Bounds& bounds);

}  // namespace nutricount::os
