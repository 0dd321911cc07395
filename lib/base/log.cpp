#include "base/log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/printable.hpp"

namespace nutricount {
namespace {
int open_log(const std::filesystem::path& path) {
  return open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
}

std::string_view name(LogLevel level) {
  switch (level) {
    case LogLevel::kWarning:
      return "WARNING";
    case LogLevel::kError:
      return "ERROR";
    case LogLevel::kInfo:
      break;
  }
  return "INFO";
}
}  // namespace

std::string log_lines(LogLevel level, std::string_view message) {
  const std::string prefix = fmt::format("{} - {} - ", to_log_time(now()), name(level));
  std::string lines;
  while (true) {
    const auto end = message.find('\n');
    lines += fmt::format("{}{}\n", prefix, printable(message.substr(0, end)));
    if (end == std::string_view::npos) return lines;
    message.remove_prefix(end + 1);
  }
}

void LogFile::check() const {
  if (path_.empty()) return;
  const int fd = open_log(path_);
  if (fd < 0) {
    const Error cause = system_error(fmt::format("cannot append to log file {}", path_.string()));
    throw usage_error(cause.what(), "make its directory, or name another file with --log-file");
  }
  close(fd);
}

void LogFile::write(LogLevel level, std::string_view message) const {
  if (path_.empty()) return;
  const int fd = open_log(path_);
  if (fd < 0) return;
  const std::string lines = log_lines(level, message);
  // One write per message: lines of two processes do not mix (O_APPEND).
  const ssize_t written = ::write(fd, lines.data(), lines.size());
  static_cast<void>(written);
  close(fd);
}

}  // namespace nutricount
