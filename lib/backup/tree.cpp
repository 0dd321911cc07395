#include "backup/tree.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <mutex>

#include "backup/entry_copy.hpp"
#include "backup/listing.hpp"
#include "backup/read_ahead.hpp"
#include "backup/workers.hpp"
#include "base/error.hpp"
#include "os/file.hpp"
#include "os/interruption.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
constexpr std::size_t kTogether = 256;  // files

class Pass {
 public:
  Pass(TreeCopy& job, Totals& totals, dev_t device)
      : job_(job), totals_(totals), device_(device), copiers_(workers_.count(), EntryCopier(job)) {}

  void directory(const Place& place, const struct stat& st) {
    if (!place.fresh) make_writable(place);
    Directory made{place.path, st.st_mode & 07777U, nanoseconds(st.st_mtim), {}};
    std::vector<std::string> subdirectories;
    entries(place, made, subdirectories);
    if (!place.fresh) drop_others(place, made, subdirectories);
    if (job_.manifest != nullptr) job_.manifest->add(made);
    made = {};
    for (const auto& name : subdirectories) subdirectory(place, name);
    copy_metadata(place.from, place.to, st, place.live);
  }

  void finish() {
    for (const auto& one : copiers_) totals_.written_bytes += one.files().written_bytes();
    std::sort(totals_.skipped.begin(), totals_.skipped.end());
  }

 private:
  static std::string join(const std::string& directory, const std::string& name) {
    return directory + "/" + name;
  }

  // In the order of their inodes, which is about that of the disk.
  void entries(const Place& place, Directory& made, std::vector<std::string>& subdirectories) {
    const Directory* known = job_.known != nullptr ? job_.known->in(place.path) : nullptr;
    const Directory* shared = job_.shared != nullptr ? job_.shared->known.in(place.path) : nullptr;
    auto names = names_in(place.from, place.live);
    std::sort(names.begin(), names.end(), [](auto& a, auto& b) { return a.inode < b.inode; });
    std::vector<Here> files;
    std::vector<Here> with_several_names;
    for (const auto& [name, inode] : names) {
      Here here{place, name, join(place.path, name), {}, known, shared};
      if (left_out(here)) continue;
      if (S_ISDIR(here.st.st_mode)) {
        subdirectories.push_back(name);
      } else if (S_ISREG(here.st.st_mode) && here.st.st_nlink > 1) {
        with_several_names.push_back(std::move(here));
      } else {
        files.push_back(std::move(here));
      }
      if (files.size() == kTogether) make(files, made);
    }
    make(files, made);
    for (const auto& here : with_several_names) add(here, one_of_several(here), made);
    std::sort(made.entries.begin(), made.entries.end(),
              [](auto& a, auto& b) { return a.name < b.name; });
    std::sort(subdirectories.begin(), subdirectories.end());
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

  // Several at once.
  void make(std::vector<Here>& files, Directory& into) {
    std::vector<std::optional<Entry>> made(files.size());
    workers_.for_each(files.size(), [&](std::size_t worker, std::size_t i) {
      made[i] = count(files[i], copiers_[worker].make(files[i]));
    });
    for (std::size_t i = 0; i < files.size(); ++i) add(files[i], std::move(made[i]), into);
    files.clear();
  }

  static void add(const Here& here, std::optional<Entry> made, Directory& into) {
    if (made) into.entries.push_back({here.name, std::move(*made)});
  }

  // One after the other: the first has to be there for its other names.
  std::optional<Entry> one_of_several(const Here& here) {
    const auto first = first_names_.find(here.st.st_ino);
    if (first != first_names_.end()) return hard_link(here, first->second);
    auto entry = count(here, copiers_[0].make(here));
    if (entry) first_names_[here.st.st_ino] = here.path;
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

  // Another name of a file that was copied already: so it is in the copy.
  Entry hard_link(const Here& here, const std::string& first) {
    const fs::path before = job_.to / fs::path(first).lexically_relative(job_.name);
    if (!here.place.fresh) clear_other_type(here.place, here.name, here.st.st_mode);
    unlinkat(here.place.to, here.name.c_str(), 0);
    if (linkat(AT_FDCWD, before.c_str(), here.place.to, here.name.c_str(), 0) != 0) {
      throw system_error(fmt::format("cannot link {} to {}", (here.place.copy / here.name).string(),
                                     before.string()));
    }
    ++totals_.files;
    return Entry{.type = Type::kHardLink, .target = first};
  }

  // Of all threads.
  std::optional<Entry> count(const Here& here, Made made) {
    const std::lock_guard lock(mutex_);
    if (!made.skipped.empty()) skip(here.path, made.skipped);
    if (!made.entry || made.entry->type != Type::kFile) return std::move(made.entry);
    ++totals_.files;
    totals_.bytes += made.entry->size;
    if (ahead_) {
      ahead_->pass();
    } else if (made.cold) {
      ahead_.emplace(job_.from, totals_.files - files_before_);
    }
    if (job_.on_progress) job_.on_progress({totals_.files, 0, totals_.bytes, 0});
    return std::move(made.entry);
  }

  void skip(const std::string& path, std::string_view why) {
    constexpr std::size_t kNamed = 1000;
    if (totals_.skipped.size() < kNamed)
      totals_.skipped.push_back(fmt::format("{} ({})", path, why));
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
  std::mutex mutex_;  // of totals_ and ahead_, while several work
  std::optional<ReadAhead> ahead_;
  std::uint64_t files_before_ = totals_.files;  // in other trees
  std::map<ino_t, std::string> first_names_;    // of files with several
  Workers workers_;
  std::vector<EntryCopier> copiers_;
};
}  // namespace

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
