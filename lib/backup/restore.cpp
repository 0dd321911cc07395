// Putting a backup back.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "backup/file_copy.hpp"
#include "backup/manifest.hpp"
#include "backup/settle.hpp"
#include "backup/store.hpp"
#include "backup/tree.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "os/child.hpp"
#include "os/file.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
constexpr std::string_view kReplaced = ".replaced.";

void copy_over(const fs::path& backup, const fs::path& coming, const std::string& name,
               const Deadline& deadline, const OnProgress& on_progress) {
  TreeCopy copy{.from = backup,
                .to = coming,
                .name = name,
                .files = {.databases = false, .check = false, .hash = false},
                // What indexes a WAL is made anew; a copied one would be of another moment.
                .excluded =
                    [&](const std::string& path) {
                      return path.ends_with("-shm") &&
                             is_companion(AT_FDCWD,
                                          backup / fs::path(path).lexically_relative(name));
                    },
                .deadline = deadline,
                .on_progress = on_progress};
  Totals totals;
  copy_tree(copy, totals);
}

void copy_back(const fs::path& backup, const fs::path& coming, const std::string& name,
               const Deadline& deadline, const OnProgress& on_progress) {
  copy_over(backup, coming, name, deadline, on_progress);
  os::sync_file_system(coming);
}

// Before anything is copied: root's `cp -r` kept modes, and made root the owner.
void refuse_unreadable(const fs::path& tree, const os::Owner& owner) {
  const auto check = [&](const fs::path& path) {
    const auto st = os::look_at(path);
    if (!st || S_ISLNK(st->st_mode) || access(path.c_str(), R_OK) == 0 || errno != EACCES) return;
    throw Error(fmt::format("{} cannot read {}", owner.name, path.string()),
                fmt::format("give it to the application's owner: sudo chown -R {} {}", owner.name,
                            tree.string()));
  };
  check(tree);
  for (const auto& entry : fs::recursive_directory_iterator(tree)) check(entry.path());
}

// As the owner, whose the copy will be and whose files SQLite is not to read as root.
void copy_back_unverified(const fs::path& backup, const fs::path& coming, const std::string& name,
                          const Deadline& deadline) {
  const os::Bounds bounds{.owner = os::owner_of(coming.parent_path()), .deadline = deadline};
  os::do_in_child(bounds, [&] {
    refuse_unreadable(backup, *bounds.owner);
    copy_over(backup, coming, name, deadline, {});
    settle_databases(coming, backup);
    os::sync_file_system(coming);
  });
}

fs::path coming_in(const Layout& layout, const std::string& name, const std::string& aside_id) {
  return layout.source / fmt::format("{}.{}.restoring", name, aside_id);
}

std::vector<std::string> roots_of(const Layout& layout, const std::string& id) {
  const auto summary = read_summary(layout.manifest(id));
  if (!summary) throw Error(fmt::format("backup {} has no manifest", id), "choose another backup");
  return summary->second.roots;
}

bool holds(const std::vector<std::string>& roots, const std::string& name) {
  return std::find(roots.begin(), roots.end(), name) != roots.end();
}

std::uint64_t inode_of(const fs::path& path) {
  const auto st = os::look_at(path);
  return st ? st->st_ino : 0;
}
}  // namespace

std::vector<fs::path> Store::restore(const std::string& id, const std::vector<std::string>& names,
                                     const std::string& aside_id) const {
  const auto roots = roots_of(layout_, id);
  std::vector<fs::path> put_aside;
  for (const auto& name : names) {
    const fs::path live = layout_.source / name;
    const fs::path coming = coming_in(layout_, name, aside_id);
    const fs::path replaced = aside(name, aside_id);
    const bool had = holds(roots, name);
    // Both there: a run before this one got to the end, and what is live may have grown since.
    const bool done = had && os::look_at(live) && os::look_at(replaced);
    if (had && !done) copy_back(layout_.tree(name, id), coming, name, {}, {});
    if (!done && os::look_at(live)) os::rename_file(live, replaced);
    if (had && !done) os::rename_file(coming, live);
    os::sync_directory(layout_.source);
    if (os::look_at(replaced)) put_aside.push_back(replaced);
  }
  return put_aside;
}

void Store::prepare_restore(const std::string& id, const std::vector<std::string>& names,
                            const std::string& aside_id, const Deadline& deadline,
                            const OnProgress& on_progress) const {
  const bool verified = os::look_at(layout_.manifest(id)).has_value();
  const auto roots = verified ? roots_of(layout_, id) : trees_of(id, names);
  for (const auto& name : names) {
    const fs::path coming = coming_in(layout_, name, aside_id);
    if (!holds(roots, name)) continue;
    if (verified) {
      copy_back(layout_.tree(name, id), coming, name, deadline, on_progress);
    } else {
      copy_back_unverified(layout_.tree(name, id), coming, name, deadline);
    }
  }
}

std::vector<std::string> Store::trees_of(const std::string& id,
                                         const std::vector<std::string>& names) const {
  std::vector<std::string> there;
  for (const auto& name : names) {
    const auto st = os::look_at(layout_.tree(name, id));
    if (st && S_ISDIR(st->st_mode)) there.push_back(name);
  }
  return there;
}

std::vector<fs::path> Store::exchange(const std::vector<std::string>& names,
                                      const std::string& aside_id) const {
  std::vector<fs::path> put_aside;
  for (const auto& name : names) {
    const fs::path live = layout_.source / name;
    const fs::path coming = coming_in(layout_, name, aside_id);
    const fs::path replaced = aside(name, aside_id);
    if (os::look_at(live)) {
      os::rename_file(live, replaced);
      put_aside.push_back(replaced);
    }
    if (os::look_at(coming)) os::rename_file(coming, live);
  }
  os::sync_directory(layout_.source);
  return put_aside;
}

void Store::exchange_back(const std::map<std::string, std::uint64_t>& inodes,
                          const std::string& aside_id) const {
  for (const auto& [name, inode] : inodes) {
    const fs::path live = layout_.source / name;
    const fs::path replaced = aside(name, aside_id);
    if (inode_of(live) == inode) continue;
    if (inode_of(replaced) != inode) {
      throw Error(
          fmt::format("neither {} nor {} is the data of before", live.string(), replaced.string()),
          fmt::format("put back by hand what the backup {} holds", aside_id));
    }
    // What is live came from a backup, and may hold what was written since.
    if (inode == 0) {
      os::rename_file(live, replaced);
    } else if (os::look_at(live)) {
      os::exchange_files(live, replaced);
    } else {
      os::rename_file(replaced, live);
    }
  }
  os::sync_directory(layout_.source);
}

fs::path Store::aside(const std::string& name, const std::string& aside_id) const {
  return layout_.source / (name + std::string(kReplaced) + aside_id);
}

std::vector<fs::path> Store::all_aside() const {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(layout_.source)) {
    const std::string name = entry.path().filename();
    const auto at = name.find(kReplaced);
    if (at != name.npos && is_id(name.substr(at + kReplaced.size()))) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace nutricount::backup
