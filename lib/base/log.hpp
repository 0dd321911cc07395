// The log file that --log-file and log.file name.
#pragma once

#include <filesystem>
#include <string_view>

namespace nutricount {

enum class LogLevel { kInfo, kWarning, kError };

/// Appends lines in the seed's format, "2025-10-24 20:00:00,123 - INFO - message". The file is
/// opened for each line, so that logrotate may move it away at any time. Line breaks inside a
/// message become further lines with the same prefix. An empty path logs nothing. A line that
/// cannot be written is dropped: a full disk must not fail a deployment that is putting things
/// back.
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
