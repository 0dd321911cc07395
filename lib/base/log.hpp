// The log file that --log-file and log.file name.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace nutricount {

enum class LogLevel { kInfo, kWarning, kError };

/// "2025-10-24 20:00:00,123 - INFO - message" and its end, of now; a further line with the same
/// prefix for each line break in the message. What no log may hold is made printable.
[[nodiscard]] std::string log_lines(LogLevel level, std::string_view message);

/// Appends lines in the seed's format, those of log_lines(). The file is opened for each message,
/// so that logrotate may move it away at any time. An empty path logs nothing. A line that cannot
/// be written is dropped: a full disk must not fail a deployment that is putting things back.
class LogFile {
 public:
  explicit LogFile(std::filesystem::path path = {}) : path_(std::move(path)) {}

  void write(LogLevel level, std::string_view message) const;
  /// Throws when the file cannot be opened for appending: called once, before anything happens.
  void check() const;

 private:
  std::filesystem::path path_;
};

}  // namespace nutricount
