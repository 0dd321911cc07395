// Reads a cold tree ahead of whoever copies it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>

#include "os/fd.hpp"

namespace nutricount::backup {

/// While it lives, a child process asks the kernel (POSIX_FADV_WILLNEED) for the files of a tree in
/// the order of copy_tree, some hundred files ahead. In a child because closing a descriptor of a
/// database drops the locks that this process holds on it (POSIX locks). Nothing here can fail a
/// copy: where it does not work, the copy is slower.
class ReadAhead {
 public:
  /// `passed` files were copied already.
  ReadAhead(const std::filesystem::path& tree, std::uint64_t passed);
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  ~ReadAhead();
  /// One more file was copied.
  void pass();

 private:
  pid_t child_ = -1;
  os::Fd tokens_;  ///< a byte for every kBatch files
  std::uint64_t passed_;
};

/// Whether reading the start of an open file would wait for the disk.
[[nodiscard]] bool is_cold(int fd);

}  // namespace nutricount::backup
