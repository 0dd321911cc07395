// One deployment at a time.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "os/fd.hpp"

namespace nutricount::os {

/// An exclusive flock(2) on a file: the kernel lets go of it when the process ends, however it
/// ends, so it cannot go stale. The file's text says who holds it; it is information only.
class FileLock {
 public:
  /// Takes the lock, waiting until the deadline; nothing when another process holds it until then.
  /// Creates the file (mode 0644) where it is missing. Throws on an interruption while waiting.
  [[nodiscard]] static std::optional<FileLock> take(const std::filesystem::path& path,
                                                    const Deadline& deadline);
  /// What the holder wrote. Takes nothing and creates nothing; empty where nothing is written.
  [[nodiscard]] static std::string text(const std::filesystem::path& path);

  /// Replaces the text in the file. Not durable: it matters only while this process lives.
  void describe(const std::string& text) const;

  FileLock(FileLock&&) = default;
  FileLock& operator=(FileLock&&) = default;
  /// Empties the file, then lets go.
  ~FileLock();

 private:
  explicit FileLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace nutricount::os
