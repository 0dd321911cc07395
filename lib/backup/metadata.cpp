// What belongs to a file besides its content.
#include <fmt/format.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <optional>
#include <vector>

#include "backup/content.hpp"
#include "base/error.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
[[noreturn]] void refuse(const char* what, const fs::path& shown) {
  throw system_error(fmt::format("cannot keep the {} of {}", what, shown.string()));
}

// A file without attributes, as nearly all are, costs one call.
std::vector<std::string> attributes(int fd, const fs::path& shown) {
  std::vector<std::string> names;
  const ssize_t size = flistxattr(fd, nullptr, 0);
  if (size < 0 && errno != ENOTSUP) refuse("attributes", shown);
  if (size <= 0) return names;
  std::string list(static_cast<std::size_t>(size) + 1024, '\0');
  const ssize_t length = flistxattr(fd, list.data(), list.size());
  if (length < 0) refuse("attributes", shown);
  for (std::size_t at = 0; at < static_cast<std::size_t>(length);) {
    names.emplace_back(list.c_str() + at);
    at += names.back().size() + 1;
  }
  return names;
}

// Nothing where it is gone meanwhile.
std::optional<std::string> value_of(int fd, const std::string& name, const fs::path& shown) {
  std::string value(64U << 10U, '\0');  // XATTR_SIZE_MAX
  const ssize_t size = fgetxattr(fd, name.c_str(), value.data(), value.size());
  if (size < 0 && errno != ENODATA) refuse("attributes", shown);
  if (size < 0) return std::nullopt;
  value.resize(static_cast<std::size_t>(size));
  return value;
}

// Whoever may not write to a file may not give it attributes either, though it be the owner's.
int as_writer(int fd, const std::function<int()>& change) {
  const int result = change();
  if (result == 0 || errno != EACCES || fchmod(fd, S_IRWXU) != 0) return result;
  return change();
}

// Says whether anything was changed, which may be the mode too.
bool copy_attributes(int from, int to, const fs::path& shown) {
  const auto names = attributes(from, shown);
  const auto present = attributes(to, shown);
  bool changed = false;
  for (const auto& name : names) {
    const auto value = value_of(from, name, shown);
    if (!value) continue;
    if (std::find(present.begin(), present.end(), name) != present.end() &&
        value_of(to, name, shown) == value) {
      continue;
    }
    changed = true;
    // EPERM: trusted.* and security.* belong to root.
    if (as_writer(to,
                  [&] { return fsetxattr(to, name.c_str(), value->data(), value->size(), 0); }) !=
            0 &&
        errno != EPERM && errno != ENOTSUP) {
      refuse("attributes", shown);
    }
  }
  for (const auto& name : present) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      changed = true;
      as_writer(to, [&] { return fremovexattr(to, name.c_str()); });
    }
  }
  return changed;
}

bool same_time(const timespec& left, const timespec& right) {
  return left.tv_sec == right.tv_sec && left.tv_nsec == right.tv_nsec;
}
}  // namespace

void copy_metadata(int from, int to, const struct stat& st, const fs::path& shown) {
  struct stat has {};
  if (fstat(to, &has) != 0) throw system_error(fmt::format("cannot look at {}", shown.string()));
  // In this order: a new owner clears set-user-id bits, and so may an ACL, which is part of the
  // mode.
  if (geteuid() == 0 && (has.st_uid != st.st_uid || has.st_gid != st.st_gid)) {
    if (fchown(to, st.st_uid, st.st_gid) != 0) refuse("owner", shown);
    has.st_mode = 0;
  }
  const bool changed = copy_attributes(from, to, shown);
  if ((changed || (has.st_mode & 07777U) != (st.st_mode & 07777U)) &&
      fchmod(to, st.st_mode & 07777U) != 0) {
    refuse("mode", shown);
  }
  const timespec times[2] = {{0, UTIME_OMIT}, st.st_mtim};
  if (!same_time(has.st_mtim, st.st_mtim) && futimens(to, times) != 0) refuse("times", shown);
}

void copy_link_metadata(int directory, const std::string& name, const struct stat& st,
                        const fs::path& shown) {
  const timespec times[2] = {{0, UTIME_OMIT}, st.st_mtim};
  if (geteuid() == 0 &&
      fchownat(directory, name.c_str(), st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) != 0) {
    refuse("owner", shown);
  }
  if (utimensat(directory, name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) refuse("times", shown);
}

}  // namespace nutricount::backup
