// What is read once, from its start to its end: a file, a pipe, stdin.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "os/fd.hpp"

namespace nutricount::os {

class Input {
 public:
  /// "-" is stdin. Throws, with exit status 2, for a directory and for what cannot be opened. A
  /// FIFO is waited for by read().
  explicit Input(const std::filesystem::path& path);

  /// Some bytes, as they come; 0 at the end only. Waits for them as long as it takes: a signal that
  /// is caught throws as throw_if_interrupted. Throws, with exit status 2, where it cannot be read.
  [[nodiscard]] std::size_t read(std::span<char> block);

 private:
  std::string shown_;
  Fd file_;
  int fd_;
};

}  // namespace nutricount::os
