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

Pipe make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw system_error("cannot make a pipe");
  return {Fd(ends[0]), Fd(ends[1])};
}

}  // namespace nutricount::os
