#include "service/app_log.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "os/file.hpp"

namespace nutricount::service {
namespace fs = std::filesystem;
namespace {
constexpr off_t kRotateAbove = 1 << 20;
constexpr std::uint64_t kTailBytes = 64U << 10U;

fs::path log_path(const fs::path& state_directory) { return state_directory / "app.log"; }

std::string read_from(int fd, std::uint64_t offset, std::uint64_t size) {
  std::string text(size, '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t n =
        pread(fd, text.data() + have, text.size() - have, static_cast<off_t>(offset + have));
    if (n <= 0) break;
    have += static_cast<std::size_t>(n);
  }
  text.resize(have);
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < text.size();) {
    const auto end = std::min(text.find('\n', start), text.size());
    if (end > start) lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}
}  // namespace

AppLog open_app_log(const fs::path& state_directory, const os::Owner& owner) {
  const fs::path path = log_path(state_directory);
  const auto old = os::look_at(path);
  if (old && old->st_size > kRotateAbove) {
    // Not durable on purpose: which of the two names an old log has does not matter.
    os::rename_file(path, path.string() + ".1");
  }
  AppLog log;
  log.fd = os::open_file(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0640);
  os::give_to(log.fd.get(), owner, path);
  struct stat st {};
  if (fstat(log.fd.get(), &st) != 0) {
    throw system_error(fmt::format("cannot look at {}", path.string()));
  }
  log.offset = static_cast<std::uint64_t>(st.st_size);
  return log;
}

std::vector<std::string> tail_of_app_log(const fs::path& state_directory, std::uint64_t offset,
                                         std::size_t count) {
  try {
    const os::Fd fd = os::open_if_exists(log_path(state_directory), O_RDONLY);
    struct stat st {};
    if (!fd || fstat(fd.get(), &st) != 0) return {};
    const auto size = static_cast<std::uint64_t>(st.st_size);
    if (offset > size) offset = 0;  // somebody emptied it
    const bool cut = size - offset > kTailBytes;
    const std::uint64_t from = cut ? size - kTailBytes : offset;
    std::vector<std::string> lines = lines_of(read_from(fd.get(), from, size - from));
    if (cut && lines.size() > 1) lines.erase(lines.begin());  // its beginning is missing
    if (lines.size() > count) {
      lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
    }
    return lines;
  } catch (const Error&) {
    return {};
  }
}

}  // namespace nutricount::service
