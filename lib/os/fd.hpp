// A file descriptor that closes itself.
#pragma once

#include <fcntl.h>

#include <filesystem>
#include <utility>

namespace nutricount::os {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  /// Closes and forgets the result: for descriptors that were only read from.
  void reset() noexcept;
  /// Closes and throws where close(2) reports an error: for descriptors that were written to.
  void close_checked(const std::filesystem::path& path);
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

/// open(2) with O_CLOEXEC; throws Error with the path.
[[nodiscard]] Fd open_file(const std::filesystem::path& path, int flags, mode_t mode = 0);
/// As `open_file`, but empty when nothing is there (ENOENT, ENOTDIR).
[[nodiscard]] Fd open_if_exists(const std::filesystem::path& path, int flags);

/// Opens descriptors 0, 1 and 2 where they are closed, so that no file opened later is taken for
/// stdin, stdout or stderr. Using them fails as before.
void hold_standard_descriptors();

struct Pipe {
  Fd read;
  Fd write;
};
/// pipe2(2) with O_CLOEXEC.
[[nodiscard]] Pipe make_pipe();

}  // namespace nutricount::os
