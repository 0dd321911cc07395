// The disk writes while a copy goes on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <future>

namespace nutricount::backup {

/// Flushes the file system of a copy in the background, each time that a good deal was written, so
/// that little is left to wait for at the end. It only begins what the flush at the end completes
/// and answers for. Its end waits for a flush that is running.
class WriteOut {
 public:
  explicit WriteOut(std::filesystem::path copy) : copy_(std::move(copy)) {}
  /// So many more bytes were written. Not for several threads at once.
  void wrote(std::uint64_t bytes);

 private:
  std::filesystem::path copy_;
  std::uint64_t bytes_ = 0;  ///< since the last flush began
  std::future<void> flush_;
};

}  // namespace nutricount::backup
