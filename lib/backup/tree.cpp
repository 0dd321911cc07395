#include "backup/tree.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>

#include "backup/entry_copy.hpp"
#include "backup/listing.hpp"
#include "backup/read_ahead.hpp"
#include "backup/workers.hpp"
#include "backup/write_out.hpp"
#include "base/error.hpp"
#include "os/file.hpp"
#include "os/interruption.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
// What is done at once: enough for all threads, little enough for memory and descriptors.
constexpr std::size_t kFiles = 256;
constexpr std::size_t kDirectories = 64;
// Neighbours are made by one thread: two in one directory wait for each other in the kernel.
constexpr std::size_t kNeighbours = 16;
constexpr off_t kLarge = 1 << 20;  // of them together

/// A directory on the way.
struct Visit {
  Place place;
  struct stat st {};
  Directory made;
  std::optional<Directory> known;
  std::optional<Directory> shared;
  std::vector<Name> names;
  std::vector<Here> files;
  std::vector<Here> with_several_names;
  std::vector<std::optional<Entry>> entries;  ///< of `files`
  std::vector<std::string> subdirectories;
};
using VisitPtr = std::shared_ptr<Visit>;

/// Directories are walked in order and their files made in batches, by several threads while the
/// walk rests.
class Pass {
 public:
  Pass(TreeCopy& job, Totals& totals, dev_t device)
      : job_(job),
        totals_(totals),
        device_(device),
        write_out_(job.to),
        copiers_(workers_.count(), EntryCopier(job)) {}

  void directory(const VisitPtr& visit) {
    const Place& place = visit->place;
    if (!place.fresh) make_writable(place);
    visit->made = {place.path, visit->st.st_mode & 07777U, nanoseconds(visit->st.st_mtim), {}};
    if (job_.known != nullptr) visit->known = job_.known->take(place.path);
    if (job_.shared != nullptr) visit->shared = job_.shared->known.take(place.path);
    waiting_.push_back(visit);
    list(*visit);
    if (waiting_.size() >= kDirectories) complete();
    for (const auto& name : visit->subdirectories) subdirectory(place, name);
    passed_.push_back(visit);
    if (waiting_.empty()) complete();
  }

  void finish() {
    complete();
    std::sort(totals_.skipped.begin(), totals_.skipped.end());
  }

 private:
  static std::string join(const std::string& a, const std::string& b) { return a + "/" + b; }

  // In the order of their inodes, which is about that of the disk.
  void list(Visit& visit) {
    const Place& place = visit.place;
    visit.names = names_in(place.from.get(), place.live);
    std::sort(visit.names.begin(), visit.names.end(),
              [](auto& a, auto& b) { return a.inode < b.inode; });
    for (const auto& [name, inode] : visit.names) {
      Here here{place,
                name,
                join(place.path, name),
                {},
                visit.known ? &*visit.known : nullptr,
                visit.shared ? &*visit.shared : nullptr};
      if (left_out(here)) continue;
      if (S_ISDIR(here.st.st_mode)) {
        visit.subdirectories.push_back(name);
      } else if (S_ISREG(here.st.st_mode) && here.st.st_nlink > 1) {
        visit.with_several_names.push_back(std::move(here));
      } else {
        visit.files.push_back(std::move(here));
        if (++files_waiting_ >= kFiles) make_files();
      }
    }
    std::sort(visit.subdirectories.begin(), visit.subdirectories.end());
  }

  bool left_out(Here& here) {
    os::throw_if_interrupted();
    if (job_.deadline.passed()) {
      throw Error(fmt::format("copying {} took too long", here.place.live.string()),
                  "allow more time with --timeout");
    }
    if (job_.excluded && job_.excluded(here.path)) return true;
    if (fstatat(here.place.from.get(), here.name.c_str(), &here.st, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) return true;  // it vanished while we looked
      throw system_error(fmt::format("cannot look at {}", (here.place.live / here.name).string()));
    }
    if (S_ISDIR(here.st.st_mode) && here.st.st_dev != device_) {
      skip(here.path, "another file system");
      return true;
    }
    return S_ISREG(here.st.st_mode) && job_.files.databases &&
           is_companion(here.place.from.get(), here.name);
  }

  void make_files() {
    std::vector<std::tuple<Visit*, std::size_t, std::size_t>> jobs;  // files from, to
    for (const auto& visit : waiting_) {
      visit->entries.resize(visit->files.size());
      for (std::size_t i = 0; i < visit->files.size();) {
        const std::size_t begin = i;
        for (off_t bytes = 0;
             i < visit->files.size() && i - begin < kNeighbours && bytes < kLarge;) {
          bytes += visit->files[i++].st.st_size;
        }
        jobs.emplace_back(visit.get(), begin, i);
      }
    }
    workers_.for_each(jobs.size(), [&](std::size_t worker, std::size_t job) {
      auto [visit, i, end] = jobs[job];
      for (; i < end; ++i) {
        visit->entries[i] = count(visit->files[i], copiers_[worker].make(visit->files[i]));
      }
    });
    for (const auto& visit : waiting_) {
      for (std::size_t i = 0; i < visit->files.size(); ++i) {
        add(visit->files[i], std::move(visit->entries[i]), visit->made);
      }
      visit->files.clear();
    }
    files_waiting_ = 0;
  }

  // All that waits is made; the directories that were left then get their times.
  void complete() {
    make_files();
    for (const auto& visit : waiting_) complete(*visit);
    waiting_.clear();
    for (const auto& visit : passed_) {
      copy_metadata(visit->place.from.get(), visit->place.to.get(), visit->st, visit->place.live);
    }
    passed_.clear();
  }

  void complete(Visit& visit) {
    auto& entries = visit.made.entries;
    for (const auto& here : visit.with_several_names) add(here, one_of_several(here), visit.made);
    std::sort(entries.begin(), entries.end(), [](auto& a, auto& b) { return a.name < b.name; });
    if (!visit.place.fresh) drop_others(visit.place, visit.made, visit.subdirectories);
    if (job_.manifest != nullptr) job_.manifest->add(visit.made);
    visit.made = {};
    visit.known = visit.shared = std::nullopt;
    visit.with_several_names.clear();
    visit.names = {};
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
    const auto visit = std::make_shared<Visit>();
    Place& below = visit->place;
    below.live = place.live / name;
    below.copy = place.copy / name;
    below.path = join(place.path, name);
    below.from = directory_below(place.from.get(), name, below.live);
    if (!below.from && !place.fresh) os::remove_tree(below.copy);
    if (!below.from) return;  // it vanished, and so does what was copied of it before
    if (fstat(below.from.get(), &visit->st) != 0) {
      throw system_error(fmt::format("cannot look at {}", below.live.string()));
    }
    if (!place.fresh) clear_other_type(place, name, S_IFDIR);
    below.fresh = mkdirat(place.to.get(), name.c_str(), 0700) == 0;
    if (!below.fresh && errno != EEXIST) {
      throw system_error(fmt::format("cannot make {}", below.copy.string()));
    }
    below.to = directory_below(place.to.get(), name, below.copy);
    if (!below.to) throw system_error(ENOENT, fmt::format("cannot open {}", below.copy.string()));
    if (place.shared) below.shared = directory_below(place.shared.get(), name, below.copy);
    directory(visit);
  }

  // Another name of a file that was copied already: so it is in the copy.
  Entry hard_link(const Here& here, const std::string& first) {
    const fs::path before = job_.to / fs::path(first).lexically_relative(job_.name);
    if (!here.place.fresh) clear_other_type(here.place, here.name, here.st.st_mode);
    unlinkat(here.place.to.get(), here.name.c_str(), 0);
    if (linkat(AT_FDCWD, before.c_str(), here.place.to.get(), here.name.c_str(), 0) != 0) {
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
    totals_.written_bytes += made.written;
    write_out_.wrote(made.written);
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

  static void drop_others(const Place& place, const Directory& made,
                          const std::vector<std::string>& subdirectories) {
    for (const auto& [name, inode] : names_in(place.to.get(), place.copy)) {
      if (find(made, name) == nullptr &&
          !std::binary_search(subdirectories.begin(), subdirectories.end(), name)) {
        os::remove_tree(place.copy / name);
      }
    }
  }

  TreeCopy& job_;
  Totals& totals_;
  dev_t device_;
  std::vector<VisitPtr> waiting_;  // listed, their files not made
  std::size_t files_waiting_ = 0;
  std::vector<VisitPtr> passed_;  // with all below them, children first
  std::mutex mutex_;              // of what follows and totals_, while several work
  std::optional<ReadAhead> ahead_;
  WriteOut write_out_;
  std::uint64_t files_before_ = totals_.files;  // in other trees
  std::map<ino_t, std::string> first_names_;    // of files with several
  Workers workers_;
  std::vector<EntryCopier> copiers_;
};
}  // namespace

void copy_tree(TreeCopy& copy, Totals& totals) {
  const auto root = std::make_shared<Visit>();
  Place& place = root->place;
  place.live = copy.from;
  place.copy = copy.to;
  place.path = copy.name;
  place.from = os::open_file(copy.from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  place.fresh = mkdir(copy.to.c_str(), 0700) == 0;
  if (!place.fresh && errno != EEXIST) {
    throw system_error(fmt::format("cannot make {}", copy.to.string()));
  }
  place.to = os::open_file(copy.to, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (copy.shared != nullptr) {
    place.shared = os::open_if_exists(copy.shared->tree, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  }
  if (fstat(place.from.get(), &root->st) != 0) {
    throw system_error(fmt::format("cannot look at {}", copy.from.string()));
  }
  Pass pass(copy, totals, root->st.st_dev);
  pass.directory(root);
  pass.finish();
}

}  // namespace nutricount::backup
