// Putting a backup back.
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "backup/manifest.hpp"
#include "backup/store.hpp"
#include "backup/tree.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "os/file.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
constexpr std::string_view kReplaced = ".replaced.";

void copy_back(const fs::path& backup, const fs::path& coming, const std::string& name,
               const Deadline& deadline, const OnProgress& on_progress) {
  TreeCopy copy{.from = backup,
                .to = coming,
                .name = name,
                .files = {.databases = false, .check = false, .hash = false},
                .excluded = {},
                .deadline = deadline,
                .on_progress = on_progress};
  Totals totals;
  copy_tree(copy, totals);
  os::sync_file_system(coming);
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
  const auto roots = roots_of(layout_, id);
  for (const auto& name : names) {
    const fs::path coming = coming_in(layout_, name, aside_id);
    if (!holds(roots, name)) continue;
    copy_back(layout_.tree(name, id), coming, name, deadline, on_progress);
  }
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
