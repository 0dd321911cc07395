#include "os/file.hpp"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "base/error.hpp"

namespace nutricount::os {
namespace fs = std::filesystem;
namespace {
void sync_file(int fd, const fs::path& path) {
  if (fsync(fd) != 0) throw system_error(fmt::format("cannot flush {} to disk", path.string()));
}

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

struct statvfs file_system_of(const fs::path& path) {
  for (auto at = fs::absolute(path).lexically_normal();; at = at.parent_path()) {
    struct statvfs info {};
    if (statvfs(at.c_str(), &info) == 0) return info;
    if (at == at.root_path()) {
      throw system_error(fmt::format("cannot tell the free space of {}", path.string()));
    }
  }
}

// Whoever is not root removes nothing from a directory that is read-only, though it be the owner's.
void make_removable(const fs::path& directory) {
  std::error_code ignored;
  fs::permissions(directory, fs::perms::owner_all,
                  fs::perm_options::add | fs::perm_options::nofollow, ignored);
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    if (entry.symlink_status(ignored).type() == fs::file_type::directory) {
      make_removable(entry.path());
    }
  }
}
}  // namespace

std::optional<std::string> read_file(const fs::path& path, std::uint64_t limit) {
  // Whoever owns the directory may have put a FIFO there: opening or reading one can wait for ever.
  const Fd fd = open_if_exists(path, O_RDONLY | O_NONBLOCK);
  if (!fd) return std::nullopt;
  struct stat st {};
  if (fstat(fd.get(), &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
    throw Error(fmt::format("{} is not a file", path.string()), "look at what lies there");
  }
  std::string content;
  std::array<char, 16384> buffer{};
  while (true) {
    const ssize_t n = read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_error(fmt::format("cannot read {}", path.string()));
    if (n == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(n));
    if (content.size() > limit) {
      throw Error(fmt::format("{} is larger than {} bytes", path.string(), limit),
                  "this cannot be the file that was meant: look at it");
    }
  }
}

void write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_error(fmt::format("cannot write {}", path.string()));
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void sync_directory(const fs::path& directory) {
  const Fd fd = open_file(directory, O_RDONLY | O_DIRECTORY);
  sync_file(fd.get(), directory);
}

void sync_file_system(const fs::path& path) { sync_file_system(open_file(path, O_RDONLY), path); }

void sync_file_system(const Fd& open, const fs::path& path) {
  if (syncfs(open.get()) == 0) return;
  throw system_error(fmt::format("cannot flush the file system of {} to disk", path.string()));
}

void write_durably(const fs::path& path, std::string_view content, mode_t mode,
                   const Owner* owner) {
  const fs::path temporary = path.string() + ".new";
  try {
    unlink(temporary.c_str());  // of a killed run, or a link that someone put there
    Fd fd = open_file(temporary, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (owner != nullptr) give_to(fd.get(), *owner, temporary);
    write_all(fd.get(), content, temporary);
    sync_file(fd.get(), temporary);
    fd.close_checked(temporary);
    rename_durably(temporary, path);
  } catch (...) {
    unlink(temporary.c_str());
    throw;
  }
}

void append_durably(const fs::path& path, std::string_view content, mode_t mode) {
  const bool is_new = !look_at(path);
  Fd fd = open_file(path, O_WRONLY | O_CREAT | O_APPEND, mode);
  const off_t end = lseek(fd.get(), 0, SEEK_END);
  try {
    write_all(fd.get(), content, path);
    sync_file(fd.get(), path);
  } catch (...) {
    const int ignored = ftruncate(fd.get(), end);  // the next line must not run into half of this
    static_cast<void>(ignored);
    throw;
  }
  fd.close_checked(path);
  if (is_new) sync_directory(parent_of(path));
}

void remove_durably(const fs::path& path) {
  unlink((path.string() + ".new").c_str());  // of a write_durably that was killed
  if (unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return;
    throw system_error(fmt::format("cannot remove {}", path.string()));
  }
  sync_directory(parent_of(path));
}

void rename_file(const fs::path& from, const fs::path& to) {
  if (std::rename(from.c_str(), to.c_str()) == 0) return;
  throw system_error(fmt::format("cannot rename {} to {}", from.string(), to.string()));
}

void rename_durably(const fs::path& from, const fs::path& to) {
  rename_file(from, to);
  sync_directory(parent_of(to));
  if (parent_of(from) != parent_of(to)) sync_directory(parent_of(from));
}

void exchange_files(const fs::path& one, const fs::path& other) {
  if (renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0) return;
  throw system_error(fmt::format("cannot exchange {} and {}", one.string(), other.string()),
                     "the file system must know RENAME_EXCHANGE, as ext4, btrfs and xfs do");
}

void remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error == std::errc::permission_denied) {
    make_removable(path);
    fs::remove_all(path, error);
  }
  if (error) throw system_error(error.value(), fmt::format("cannot remove {}", path.string()));
}

std::optional<struct stat> look_at(const fs::path& path) {
  struct stat st {};
  if (lstat(path.c_str(), &st) == 0) return st;
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw system_error(fmt::format("cannot look at {}", path.string()));
}

std::uint64_t free_bytes(const fs::path& path) {
  const auto info = file_system_of(path);
  return std::uint64_t{geteuid() == 0 ? info.f_bfree : info.f_bavail} * info.f_frsize;
}

std::uint64_t used_bytes(const fs::path& path) {
  const auto info = file_system_of(path);
  return std::uint64_t{info.f_blocks - info.f_bfree} * info.f_frsize;
}

}  // namespace nutricount::os
