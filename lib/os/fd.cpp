#include "os/fd.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.hpp"

namespace nutricount::os {

void Fd::reset() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void Fd::close_checked(const std::filesystem::path& path) {
  if (fd_ >= 0 && ::close(std::exchange(fd_, -1)) != 0) {
    throw system_error(fmt::format("cannot finish writing {}", path.string()));
  }
}

Fd open_file(const std::filesystem::path& path, int flags, mode_t mode) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) throw system_error(fmt::format("cannot open {}", path.string()));
  return Fd(fd);
}

Fd open_if_exists(const std::filesystem::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0 && errno != ENOENT && errno != ENOTDIR) {
    throw system_error(fmt::format("cannot open {}", path.string()));
  }
  return Fd(fd);
}

void hold_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    const int wrong_way = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (::open("/dev/null", wrong_way) != fd) throw system_error("cannot open /dev/null");
  }
}

Pipe make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw system_error("cannot make a pipe");
  return {Fd(ends[0]), Fd(ends[1])};
}

}  // namespace nutricount::os
