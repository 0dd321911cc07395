#include "backup/tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <set>

#include "backup/copy_file.hpp"
#include "base/error.hpp"
#include "os/fd.hpp"
#include "os/file.hpp"
#include "os/interruption.hpp"
#include "sqlite/database.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

std::vector<std::string> names_in(int directory, const fs::path& shown) {
  const int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, CloseDirectory> stream(copy < 0 ? nullptr : fdopendir(copy));
  if (!stream) throw system_error(fmt::format("cannot list {}", shown.string()));
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  if (errno != 0) throw system_error(fmt::format("cannot list {}", shown.string()));
  return names;
}

os::Fd open_directory(int parent, const std::string& name, const fs::path& shown) {
  os::Fd fd(openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) throw system_error(fmt::format("cannot open {}", shown.string()));
  return fd;
}

class Pass {
 public:
  Pass(const TreeOptions& options, const Deadline& deadline, const OnProgress& on_progress,
       Entries& entries, Totals& totals, dev_t device)
      : options_(options),
        deadline_(deadline),
        on_progress_(on_progress),
        entries_(entries),
        totals_(totals),
        device_(device) {}

  struct Place {
    int from;
    int to;
    fs::path live;     // of `from`
    fs::path copy;     // of `to`
    std::string name;  // of both, in the entries
  };

  void directory(const Place& place, const struct stat& st) {
    std::set<std::string> wanted;
    for (const auto& name : names_in(place.from, place.live)) {
      if (options_.databases && is_companion(place.live, name)) continue;
      if (one(place, name)) wanted.insert(name);
    }
    for (const auto& name : names_in(place.to, place.copy)) {
      if (!wanted.contains(name)) drop(place, name);
    }
    note(place.name, {.type = 'd', .mode = st.st_mode & 07777U, .mtime = nanoseconds(st.st_mtim)});
    copy_metadata(place.from, place.to, st, place.live);
  }

 private:
  // Says whether there is a copy of it now.
  bool one(const Place& place, const std::string& name) {
    os::throw_if_interrupted();
    if (deadline_.passed())
      throw Error(fmt::format("copying {} took too long", place.live.string()),
                  "allow more time with --timeout");
    struct stat st {};
    const fs::path shown = place.live / name;
    if (fstatat(place.from, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) return false;  // it vanished while we looked
      throw system_error(fmt::format("cannot look at {}", shown.string()));
    }
    const std::string path = place.name + "/" + name;
    clear_other_type(place, name, st.st_mode);
    if (S_ISDIR(st.st_mode)) return subdirectory(place, name, path, st);
    if (S_ISLNK(st.st_mode)) return link(place, name, path, st);
    if (S_ISREG(st.st_mode)) return file(place, name, path, st);
    totals_.skipped.push_back(path + " (not a file, directory or link)");
    return false;
  }

  bool subdirectory(const Place& place, const std::string& name, const std::string& path,
                    const struct stat& st) {
    if (st.st_dev != device_) {
      totals_.skipped.push_back(path + " (another file system)");
      return false;
    }
    if (mkdirat(place.to, name.c_str(), 0700) != 0 && errno != EEXIST) {
      throw system_error(fmt::format("cannot make {}", (place.copy / name).string()));
    }
    const os::Fd from = open_directory(place.from, name, place.live / name);
    const os::Fd to = open_directory(place.to, name, place.copy / name);
    directory({from.get(), to.get(), place.live / name, place.copy / name, path}, st);
    return true;
  }

  bool link(const Place& place, const std::string& name, const std::string& path,
            const struct stat& st) {
    std::string target(4096, '\0');
    const ssize_t n = readlinkat(place.from, name.c_str(), target.data(), target.size());
    if (n < 0)
      throw system_error(fmt::format("cannot read the link {}", (place.live / name).string()));
    target.resize(static_cast<std::size_t>(n));
    const Entry entry{.type = 'l',
                      .mode = 0777,
                      .mtime = nanoseconds(st.st_mtim),
                      .target = target,
                      .live = signature_of(st)};
    const auto known = entries_.find(path);
    if (known == entries_.end() || known->second.live != entry.live) {
      unlinkat(place.to, name.c_str(), 0);
      const timespec times[2] = {st.st_atim, st.st_mtim};
      if (symlinkat(target.c_str(), place.to, name.c_str()) != 0 ||
          (geteuid() == 0 &&
           fchownat(place.to, name.c_str(), st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) != 0) ||
          utimensat(place.to, name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
        throw system_error(fmt::format("cannot copy the link {}", (place.live / name).string()));
      }
    }
    note(path, entry);
    return true;
  }

  bool file(const Place& place, const std::string& name, const std::string& path,
            const struct stat& st) {
    const fs::path live = place.live / name;
    Signature wal;
    if (const auto wal_st = os::look_at(live.string() + "-wal")) wal = signature_of(*wal_st);
    auto known = entries_.find(path);
    if (known != entries_.end() && known->second.live == signature_of(st) &&
        (!known->second.database || known->second.wal == wal)) {
      count(known->second.size);
      return true;
    }
    Entry entry{
        .mode = st.st_mode & 07777U, .mtime = nanoseconds(st.st_mtim), .live = signature_of(st)};
    os::Fd from(openat(place.from, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!from && errno == ENOENT) return false;
    if (!from) throw system_error(fmt::format("cannot read {}", live.string()));
    os::Fd to(openat(place.to, name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!to) throw system_error(fmt::format("cannot make {}", (place.copy / name).string()));
    entry.database = options_.databases && sqlite::is_database(live);
    if (entry.database) {
      entry.wal = wal;
      database(live, place.copy / name, from, to, entry);
    } else {
      plain(from, to, live, path, entry);
    }
    copy_metadata(from.get(), to.get(), st, live);
    to.close_checked(place.copy / name);
    count(entry.size);
    note(path, entry);
    return true;
  }

  void plain(const os::Fd& from, const os::Fd& to, const fs::path& live, const std::string& path,
             Entry& entry) {
    constexpr int kTries = 3;
    for (int i = 0; i < kTries; ++i) {
      const Copied copied = copy_content(from.get(), to.get(), live, deadline_);
      totals_.written_bytes += copied.written;
      entry.size = copied.bytes;
      entry.sha256 = copied.sha256;
      struct stat after {};
      if (fstat(from.get(), &after) == 0 && signature_of(after) == entry.live) return;
      entry.live = signature_of(after);
    }
    totals_.skipped.push_back(path + " (changed while it was read)");
  }

  // The descriptors stay open until the transaction is gone: closing one would drop its locks.
  void database(const fs::path& live, const fs::path& copy, const os::Fd& from, const os::Fd& to,
                Entry& entry) {
    const fs::path wal_copy = copy.string() + "-wal";
    {
      const os::Fd wal_from = os::open_if_exists(live.string() + "-wal", O_RDONLY | O_NOFOLLOW);
      std::optional<sqlite::ReadTransaction> transaction;
      transaction.emplace(live);
      const Copied copied = copy_content(from.get(), to.get(), live, deadline_);
      totals_.written_bytes += copied.written;
      entry.size = copied.bytes;
      entry.sha256 = copied.sha256;
      // Made by the transaction itself where it was not there before: then it is empty.
      const os::Fd wal_now = os::open_if_exists(live.string() + "-wal", O_RDONLY | O_NOFOLLOW);
      const os::Fd& wal = wal_now;
      struct stat wal_st {};
      if (wal && fstat(wal.get(), &wal_st) == 0 && wal_st.st_size > 0) {
        const os::Fd wal_to =
            os::open_file(wal_copy, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
        totals_.written_bytes += copy_content(wal.get(), wal_to.get(), live, deadline_).written;
      }
      transaction.reset();
    }
    const bool folded = os::look_at(wal_copy).has_value();
    if (folded) sqlite::fold_wal(copy);
    if (options_.check) sqlite::quick_check(copy);
    if (folded) {
      entry.sha256 = hash_of(to.get(), copy);
      struct stat st {};
      if (fstat(to.get(), &st) == 0) entry.size = static_cast<std::uint64_t>(st.st_size);
    }
  }

  // A path that was of another type in the pass before.
  static void clear_other_type(const Place& place, const std::string& name, mode_t mode) {
    struct stat st {};
    if (fstatat(place.to, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) return;
    if ((st.st_mode & S_IFMT) != (mode & S_IFMT)) fs::remove_all(place.copy / name);
  }

  void drop(const Place& place, const std::string& name) {
    std::error_code error;
    fs::remove_all(place.copy / name, error);
    if (error) {
      throw system_error(error.value(),
                         fmt::format("cannot remove {}", (place.copy / name).string()));
    }
    const std::string path = place.name + "/" + name;
    entries_.erase(path);
    auto below = entries_.lower_bound(path + "/");
    while (below != entries_.end() && below->first.starts_with(path + "/")) {
      below = entries_.erase(below);
    }
  }

  void note(const std::string& path, Entry entry) { entries_[path] = std::move(entry); }

  void count(std::uint64_t bytes) {
    ++totals_.files;
    totals_.bytes += bytes;
    if (on_progress_) on_progress_({totals_.files, 0, totals_.bytes, 0});
  }

  const TreeOptions& options_;
  const Deadline& deadline_;
  const OnProgress& on_progress_;
  Entries& entries_;
  Totals& totals_;
  dev_t device_;
};
}  // namespace

bool is_companion(const fs::path& directory, const std::string& name) {
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    if (!name.ends_with(suffix)) continue;
    const std::string base = name.substr(0, name.size() - std::string_view(suffix).size());
    if (sqlite::is_database(directory / base)) return true;
  }
  return false;
}

void copy_tree(const fs::path& from, const fs::path& to, const std::string& name,
               const TreeOptions& options, const Deadline& deadline, const OnProgress& on_progress,
               Entries& entries, Totals& totals) {
  const os::Fd source = os::open_file(from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (mkdir(to.c_str(), 0700) != 0 && errno != EEXIST) {
    throw system_error(fmt::format("cannot make {}", to.string()));
  }
  const os::Fd target = os::open_file(to, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  struct stat st {};
  if (fstat(source.get(), &st) != 0)
    throw system_error(fmt::format("cannot look at {}", from.string()));
  Pass pass(options, deadline, on_progress, entries, totals, st.st_dev);
  pass.directory({source.get(), target.get(), from, to, name}, st);
}

void measure_tree(const fs::path& from, Totals& totals) {
  std::error_code error;
  for (fs::recursive_directory_iterator at(from, error); at != fs::recursive_directory_iterator();
       at.increment(error)) {
    struct stat st {};
    if (error || lstat(at->path().c_str(), &st) != 0 || !S_ISREG(st.st_mode)) continue;
    ++totals.files;
    totals.bytes += static_cast<std::uint64_t>(st.st_size);
  }
}

}  // namespace nutricount::backup
