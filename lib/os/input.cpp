#include "os/input.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.hpp"
#include "os/interruption.hpp"

namespace nutricount::os {
namespace {
Error cannot_read(int error_number, const std::string& shown) {
  const Error cause = system_error(error_number, fmt::format("cannot read {}", shown));
  return usage_error(
      cause.what(), cause.hint().empty() ? "name a file or a pipe that can be read" : cause.hint());
}

// O_NONBLOCK: opening a FIFO would wait where a signal just before is not noticed.
Fd open_input(const std::filesystem::path& path, const std::string& shown) {
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) throw cannot_read(errno, shown);
  struct stat st {};
  if (fstat(file.get(), &st) != 0) throw cannot_read(errno, shown);
  if (S_ISDIR(st.st_mode)) throw cannot_read(EISDIR, shown);
  return file;
}
}  // namespace

Input::Input(const std::filesystem::path& path)
    : shown_(path == "-" ? "stdin" : path.string()),
      file_(path == "-" ? Fd() : open_input(path, shown_)),
      fd_(file_ ? file_.get() : STDIN_FILENO) {}

std::size_t Input::read(std::span<char> block) {
  while (true) {
    throw_if_interrupted();
    std::array<pollfd, 2> waits{{{fd_, POLLIN, 0}, {signal_fd(), POLLIN, 0}}};
    if (poll(waits.data(), waits.size(), -1) < 0) {
      if (errno == EINTR) continue;
      throw cannot_read(errno, shown_);
    }
    if (waits[0].revents == 0) continue;
    const ssize_t count = ::read(fd_, block.data(), block.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR && errno != EAGAIN) throw cannot_read(errno, shown_);
  }
}

}  // namespace nutricount::os
