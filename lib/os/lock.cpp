#include "os/lock.hpp"

#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "os/file.hpp"
#include "os/interruption.hpp"

namespace nutricount::os {

std::optional<FileLock> FileLock::take(const std::filesystem::path& path,
                                       const Deadline& deadline) {
  constexpr Milliseconds kRetry{50};
  Fd fd = open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0644);
  while (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) throw system_error(fmt::format("cannot lock {}", path.string()));
    if (deadline.passed()) return std::nullopt;
    pause_for(std::min(kRetry, deadline.left().value_or(kRetry)));
  }
  return FileLock(std::move(fd));
}

std::string FileLock::text(const std::filesystem::path& path) {
  return read_file(path, 65536).value_or("");
}

void FileLock::describe(const std::string& text) const {
  if (ftruncate(fd_.get(), 0) != 0) return;
  const ssize_t ignored = pwrite(fd_.get(), text.data(), text.size(), 0);
  static_cast<void>(ignored);
}

FileLock::~FileLock() {
  if (fd_) describe({});
}

}  // namespace nutricount::os
