#include "backup/tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>

#include "backup/read_ahead.hpp"
#include "base/error.hpp"
#include "os/file.hpp"
#include "os/interruption.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

// Missing is fine: empty.
os::Fd directory_below(int parent, const std::string& name, const fs::path& shown) {
  os::Fd fd(openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd && errno != ENOENT) throw system_error(fmt::format("cannot open {}", shown.string()));
  return fd;
}

class Pass {
 public:
  Pass(TreeCopy& job, Totals& totals, dev_t device)
      : job_(job), totals_(totals), device_(device), files_(job.files, job.deadline) {}

  struct Place {
    int from;
    int to;
    int shared;  // -1: none
    fs::path live;
    fs::path copy;
    std::string path;  // of both, in the manifest
    bool fresh;        // `to` was empty
  };

  void directory(const Place& place, const struct stat& st) {
    if (!place.fresh) make_writable(place);
    Directory made{place.path, st.st_mode & 07777U, nanoseconds(st.st_mtim), {}};
    const Directory* known = job_.known != nullptr ? job_.known->in(place.path) : nullptr;
    const Directory* shared = job_.shared != nullptr ? job_.shared->known.in(place.path) : nullptr;
    auto names = names_in(place.from, place.live);
    std::sort(names.begin(), names.end(), [](auto& a, auto& b) { return a.inode < b.inode; });
    std::vector<std::string> subdirectories;
    for (const auto& [name, inode] : names) {
      Here here{place, name, join(place.path, name), {}, known, shared};
      if (left_out(here)) continue;
      if (S_ISDIR(here.st.st_mode)) {
        subdirectories.push_back(name);
      } else if (auto entry = one(here)) {
        made.entries.push_back({name, std::move(*entry)});
      }
    }
    std::sort(made.entries.begin(), made.entries.end(),
              [](auto& a, auto& b) { return a.name < b.name; });
    std::sort(subdirectories.begin(), subdirectories.end());
    if (!place.fresh) drop_others(place, made, subdirectories);
    if (job_.manifest != nullptr) job_.manifest->add(made);
    made = {};
    for (const auto& name : subdirectories) subdirectory(place, name);
    copy_metadata(place.from, place.to, st, place.live);
  }

  void finish() { totals_.written_bytes += files_.written_bytes(); }

 private:
  struct Here {
    const Place& place;
    const std::string& name;
    std::string path;
    struct stat st;
    const Directory* known;
    const Directory* shared;
  };

  static std::string join(const std::string& directory, const std::string& name) {
    return directory + "/" + name;
  }

  bool left_out(Here& here) {
    os::throw_if_interrupted();
    if (job_.deadline.passed()) {
      throw Error(fmt::format("copying {} took too long", here.place.live.string()),
                  "allow more time with --timeout");
    }
    if (job_.excluded && job_.excluded(here.path)) return true;
    if (fstatat(here.place.from, here.name.c_str(), &here.st, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) return true;  // it vanished while we looked
      throw system_error(fmt::format("cannot look at {}", (here.place.live / here.name).string()));
    }
    if (S_ISDIR(here.st.st_mode) && here.st.st_dev != device_) {
      skip(here.path, "another file system");
      return true;
    }
    return S_ISREG(here.st.st_mode) && job_.files.databases &&
           is_companion(here.place.from, here.name);
  }

  std::optional<Entry> one(const Here& here) {
    if (!here.place.fresh) clear_other_type(here);
    if (S_ISLNK(here.st.st_mode)) return link(here);
    if (!S_ISREG(here.st.st_mode)) {
      skip(here.path, "not a file, directory or link");
      return std::nullopt;
    }
    if (here.st.st_nlink > 1) {
      if (auto entry = hard_link(here)) return entry;
    }
    auto entry = file(here);
    if (entry && here.st.st_nlink > 1) first_names_[here.st.st_ino] = here.path;
    return entry;
  }

  void subdirectory(const Place& place, const std::string& name) {
    const fs::path live = place.live / name;
    const fs::path copy = place.copy / name;
    const os::Fd from = directory_below(place.from, name, live);
    struct stat st {};
    if (!from || fstat(from.get(), &st) != 0) return;  // it vanished
    if (!place.fresh) clear_other_type(place, name, S_IFDIR);
    const bool fresh = mkdirat(place.to, name.c_str(), 0700) == 0;
    if (!fresh && errno != EEXIST) throw system_error(fmt::format("cannot make {}", copy.string()));
    const os::Fd to = directory_below(place.to, name, copy);
    if (!to) throw system_error(ENOENT, fmt::format("cannot open {}", copy.string()));
    const os::Fd shared =
        place.shared < 0 ? os::Fd() : directory_below(place.shared, name, place.copy / name);
    directory({from.get(), to.get(), shared ? shared.get() : -1, live, copy, join(place.path, name),
               fresh},
              st);
  }

  Entry link(const Here& here) {
    std::string target(4096, '\0');
    const ssize_t n = readlinkat(here.place.from, here.name.c_str(), target.data(), target.size());
    const fs::path live = here.place.live / here.name;
    if (n < 0) throw system_error(fmt::format("cannot read the link {}", live.string()));
    target.resize(static_cast<std::size_t>(n));
    Entry entry{.type = Type::kLink,
                .mtime = nanoseconds(here.st.st_mtim),
                .target = std::move(target),
                .live = signature_of(here.st)};
    const Entry* known = here.known != nullptr ? find(*here.known, here.name) : nullptr;
    if (known != nullptr && known->type == Type::kLink && known->live == entry.live) return entry;
    unlinkat(here.place.to, here.name.c_str(), 0);
    if (symlinkat(entry.target.c_str(), here.place.to, here.name.c_str()) != 0) {
      throw system_error(fmt::format("cannot copy the link {}", live.string()));
    }
    copy_link_metadata(here.place.to, here.name, here.st, live);
    return entry;
  }

  // Another name of a file that was copied already: so it is in the copy.
  std::optional<Entry> hard_link(const Here& here) {
    const auto first = first_names_.find(here.st.st_ino);
    if (first == first_names_.end()) return std::nullopt;
    const fs::path before = job_.to / fs::path(first->second).lexically_relative(job_.name);
    unlinkat(here.place.to, here.name.c_str(), 0);
    if (linkat(AT_FDCWD, before.c_str(), here.place.to, here.name.c_str(), 0) != 0) {
      throw system_error(fmt::format("cannot link {} to {}", (here.place.copy / here.name).string(),
                                     before.string()));
    }
    ++totals_.files;
    return Entry{.type = Type::kHardLink, .target = first->second};
  }

  std::optional<Entry> file(const Here& here) {
    if (const Entry* kept = unchanged(here, here.known, here.place.to)) return count(*kept);
    const Entry* shared = unchanged(here, here.shared, here.place.shared);
    if (shared != nullptr && share(here, *shared)) return count(*shared);
    Entry entry;
    const FilePlace from{here.place.from, here.name, here.place.live / here.name};
    const FilePlace to{here.place.to, here.name, here.place.copy / here.name};
    if (!files_.copy(from, to, here.st, entry)) return std::nullopt;
    if (files_.restless()) skip(here.path, "changed while it was read");
    if (files_.cold() && !ahead_) ahead_.emplace(job_.from, totals_.files - files_before_);
    return count(entry);
  }

  // The entry of a copy that is what the source is: not touched since, and still there.
  const Entry* unchanged(const Here& here, const Directory* in, int at) const {
    const Entry* entry = in != nullptr && at >= 0 ? find(*in, here.name) : nullptr;
    if (entry == nullptr || entry->type != Type::kFile || entry->live != signature_of(here.st)) {
      return nullptr;
    }
    if (entry->database && entry->wal != wal_signature(here.place.from, here.name)) return nullptr;
    struct stat st {};
    if (fstatat(at, here.name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) return nullptr;
    const bool whole = S_ISREG(st.st_mode) && static_cast<std::uint64_t>(st.st_size) == entry->size;
    return whole ? entry : nullptr;
  }

  bool share(const Here& here, const Entry& entry) const {
    if (entry.database || job_.shared == nullptr || !job_.shared->allows(here.path)) return false;
    unlinkat(here.place.to, here.name.c_str(), 0);
    return linkat(here.place.shared, here.name.c_str(), here.place.to, here.name.c_str(), 0) == 0;
  }

  const Entry& count(const Entry& entry) {
    ++totals_.files;
    totals_.bytes += entry.size;
    if (ahead_) ahead_->pass();
    if (job_.on_progress) job_.on_progress({totals_.files, 0, totals_.bytes, 0});
    return entry;
  }

  void skip(const std::string& path, std::string_view why) {
    constexpr std::size_t kNamed = 1000;
    if (totals_.skipped.size() < kNamed)
      totals_.skipped.push_back(fmt::format("{} ({})", path, why));
  }

  // A path that was of another type before.
  static void clear_other_type(const Place& place, const std::string& name, mode_t type) {
    struct stat st {};
    if (fstatat(place.to, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) return;
    if ((st.st_mode & S_IFMT) != type) os::remove_tree(place.copy / name);
  }
  static void clear_other_type(const Here& here) {
    clear_other_type(here.place, here.name, here.st.st_mode & S_IFMT);
  }

  // A directory that was read-only is so in the copy, and stops whoever is not root. The source's
  // mode comes back at the end.
  static void make_writable(const Place& place) {
    struct stat st {};
    if (geteuid() == 0 || fstat(place.to, &st) != 0 || (st.st_mode & S_IWUSR) != 0) return;
    if (fchmod(place.to, S_IRWXU) != 0) {
      throw system_error(fmt::format("cannot write to {}", place.copy.string()));
    }
  }

  static void drop_others(const Place& place, const Directory& made,
                          const std::vector<std::string>& subdirectories) {
    for (const auto& [name, inode] : names_in(place.to, place.copy)) {
      if (find(made, name) == nullptr &&
          !std::binary_search(subdirectories.begin(), subdirectories.end(), name)) {
        os::remove_tree(place.copy / name);
      }
    }
  }

  TreeCopy& job_;
  Totals& totals_;
  dev_t device_;
  FileCopier files_;
  std::optional<ReadAhead> ahead_;
  std::uint64_t files_before_ = totals_.files;  // in other trees
  std::map<ino_t, std::string> first_names_;    // of files with several
};
}  // namespace

std::vector<Name> names_in(int directory, const fs::path& shown) {
  const int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, CloseDirectory> stream(copy < 0 ? nullptr : fdopendir(copy));
  if (!stream) throw system_error(fmt::format("cannot list {}", shown.string()));
  std::vector<Name> names;
  errno = 0;
  while (const dirent* entry = readdir(stream.get())) {
    const std::string_view name(entry->d_name);
    if (name != "." && name != "..") names.push_back({std::string(name), entry->d_ino});
  }
  if (errno != 0) throw system_error(fmt::format("cannot list {}", shown.string()));
  return names;
}

void copy_tree(TreeCopy& copy, Totals& totals) {
  const os::Fd source = os::open_file(copy.from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  const bool fresh = mkdir(copy.to.c_str(), 0700) == 0;
  if (!fresh && errno != EEXIST) {
    throw system_error(fmt::format("cannot make {}", copy.to.string()));
  }
  const os::Fd target = os::open_file(copy.to, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  const os::Fd shared =
      copy.shared == nullptr
          ? os::Fd()
          : os::open_if_exists(copy.shared->tree, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  struct stat st {};
  if (fstat(source.get(), &st) != 0) {
    throw system_error(fmt::format("cannot look at {}", copy.from.string()));
  }
  Pass pass(copy, totals, st.st_dev);
  pass.directory({source.get(), target.get(), shared ? shared.get() : -1, copy.from, copy.to,
                  copy.name, fresh},
                 st);
  pass.finish();
}

}  // namespace nutricount::backup
