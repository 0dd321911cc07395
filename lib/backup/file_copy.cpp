#include "backup/file_copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <future>
#include <optional>

#include "backup/read_ahead.hpp"
#include "base/error.hpp"
#include "os/file.hpp"
#include "sqlite/database.hpp"

namespace nutricount::backup {
namespace {
constexpr int kTries = 3;

os::Fd open_target(const FilePlace& to, mode_t mode) {
  os::Fd fd(openat(to.at, to.name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, mode));
  struct stat st {};
  if (fd && fstat(fd.get(), &st) == 0 && st.st_nlink == 1) return fd;
  if (!fd && errno != EACCES) {
    throw system_error(fmt::format("cannot make {}", to.shown.string()));
  }
  if (unlinkat(to.at, to.name.c_str(), 0) != 0) {
    throw system_error(fmt::format("cannot remove {}", to.shown.string()));
  }
  fd = os::Fd(
      openat(to.at, to.name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!fd) throw system_error(fmt::format("cannot make {}", to.shown.string()));
  return fd;
}

Signature signature_of_open(const os::Fd& file) {
  struct stat st {};
  if (fstat(file.get(), &st) != 0) throw system_error("cannot look at an open file");
  return signature_of(st);
}

// Long enough not to be changed within the same tick of the file system's clock, which would leave
// its times as they are. Two seconds: FAT's.
bool is_at_rest(const Signature& live) {
  constexpr std::chrono::seconds kTick{2};
  const auto changed = std::chrono::nanoseconds(std::max(live.mtime, live.ctime));
  return std::chrono::system_clock::now().time_since_epoch() - changed > kTick;
}

// A WAL that was all in the database when the transaction began is begun anew by the next commit,
// under a new header; once only while the transaction lives. Of the frames before, a part without
// its rest takes the database back to an older state.
std::string wal_header(const os::Fd& wal, const std::filesystem::path& shown) {
  std::string header(32, '\0');
  const ssize_t n = pread(wal.get(), header.data(), header.size(), 0);
  if (n < 0) throw system_error(fmt::format("cannot read the WAL of {}", shown.string()));
  header.resize(static_cast<std::size_t>(n));
  return header;
}
}  // namespace

bool FileCopier::copy(const FilePlace& from, const FilePlace& to, const struct stat& st,
                      Entry& entry) {
  const os::Fd source(openat(from.at, from.name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!source && errno == ENOENT) return false;
  if (!source) throw system_error(fmt::format("cannot read {}", from.shown.string()));
  // Never more open to others than the source, and not yet theirs whom a set-user-id bit means.
  os::Fd target = open_target(to, st.st_mode & 0777U);
  cold_ = cold_ || is_cold(source.get());
  restless_ = false;
  entry.mode = st.st_mode & 07777U;
  entry.mtime = nanoseconds(st.st_mtim);
  entry.live = signature_of(st);
  entry.database = options_.databases && sqlite::is_database(source.get());
  if (entry.database) {
    database(from, to, source, target, entry);
  } else {
    plain(source, target, from.shown, entry);
  }
  copy_metadata(source.get(), target.get(), st, from.shown);
  target.close_checked(to.shown);
  return true;
}

void FileCopier::keep(const Copied& copied, Entry& entry) {
  written_ += copied.written;
  entry.size = copied.bytes;
  entry.sha256 = copied.sha256;
}

void FileCopier::plain(const os::Fd& from, const os::Fd& to, const std::filesystem::path& shown,
                       Entry& entry) {
  for (int i = 0; i < kTries; ++i) {
    const Hash hash = options_.hash ? Hash::kYes : Hash::kNo;
    keep(content_.copy(from.get(), to.get(), shown, hash), entry);
    const Signature after = signature_of_open(from);
    if (after == entry.live) return;
    entry.live = after;
  }
  entry.live = Signature();  // so that the next pass looks again
  restless_ = true;
}

// A reader of a WAL database stops nobody. One of a database with a rollback journal stops writers,
// so nearly all is copied before it begins, and only what changed meanwhile under the transaction.
void FileCopier::database(const FilePlace& from, const FilePlace& to, const os::Fd& source,
                          const os::Fd& target, Entry& entry) {
  if (!sqlite::uses_wal(source.get())) {
    keep(content_.copy(source.get(), target.get(), from.shown, Hash::kNo), entry);
  }
  const std::filesystem::path wal_copy = to.shown.string() + "-wal";
  os::Fd wal;  // stays open until the transaction is gone, as `source` does
  {
    const sqlite::ReadTransaction transaction(from.shown);
    keep(content_.copy(source.get(), target.get(), from.shown, Hash::kNo), entry);
    entry.live = signature_of_open(source);
    wal = os::open_if_exists(from.shown.string() + "-wal", O_RDONLY | O_NOFOLLOW);
    if (wal) entry.wal = signature_of_open(wal);
    if (entry.wal.size == 0 && is_at_rest(entry.live)) entry.wal = Signature();
    if (entry.wal.size > 0) {
      const os::Fd wal_target =
          os::open_file(wal_copy, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
      std::string before;
      do {
        before = wal_header(wal, from.shown);
        written_ += content_.copy(wal.get(), wal_target.get(), from.shown, Hash::kNo).written;
      } while (wal_header(wal, from.shown) != before);
    }
  }
  if (entry.wal.size > 0) sqlite::fold_wal(to.shown);
  // The disk writes while the copy is checked; the flush at the end answers for it.
  sync_file_range(target.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
  std::future<void> checked;
  if (options_.check) checked = std::async(std::launch::async, sqlite::quick_check, to.shown);
  keep(content_.read(target.get(), to.shown), entry);
  if (checked.valid()) checked.get();
}

Signature wal_signature(int directory, const std::string& name) {
  struct stat st {};
  const std::string wal = name + "-wal";
  // An empty one is as good as none: the reader that copied the database made and removed it.
  const bool is_there = fstatat(directory, wal.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0;
  if (!is_there && errno != ENOENT && errno != ENAMETOOLONG) {
    throw system_error(fmt::format("cannot look at {}", wal));
  }
  return is_there && st.st_size > 0 ? signature_of(st) : Signature();
}

bool is_companion(int directory, const std::string& name) {
  for (const std::string_view suffix : {"-wal", "-shm", "-journal"}) {
    if (!name.ends_with(suffix) || name.size() == suffix.size()) continue;
    const std::string base = name.substr(0, name.size() - suffix.size());
    const os::Fd file(
        openat(directory, base.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    const bool is_none = errno == ENOENT || errno == ELOOP || errno == ENXIO || errno == EACCES;
    if (!file && !is_none) throw system_error(fmt::format("cannot open {}", base));
    if (file && sqlite::is_database(file.get())) return true;
  }
  return false;
}

}  // namespace nutricount::backup
