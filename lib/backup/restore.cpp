// Putting a backup back.
#include <fmt/format.h>

#include <algorithm>

#include "backup/manifest.hpp"
#include "backup/store.hpp"
#include "backup/tree.hpp"
#include "base/error.hpp"
#include "os/file.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
void copy_back(const fs::path& backup, const fs::path& coming, const std::string& name) {
  TreeCopy copy{.from = backup,
                .to = coming,
                .name = name,
                .files = {.databases = false, .check = false, .hash = false},
                .excluded = {},
                .deadline = {},
                .on_progress = {}};
  Totals totals;
  copy_tree(copy, totals);
  os::sync_file_system(coming);
}
}  // namespace

std::vector<fs::path> Store::restore(const std::string& id, const std::vector<std::string>& names,
                                     const std::string& aside_id) const {
  const auto summary = read_summary(layout_.manifest(id));
  if (!summary) throw Error(fmt::format("backup {} has no manifest", id), "choose another backup");
  const auto& roots = summary->second.roots;
  const fs::path& directory = layout_.directory;
  std::vector<fs::path> aside;
  for (const auto& name : names) {
    const fs::path live = directory / name;
    const fs::path coming = directory / fmt::format("{}.{}.restoring", name, aside_id);
    const fs::path replaced = directory / fmt::format("{}.replaced.{}", name, aside_id);
    const bool had = std::find(roots.begin(), roots.end(), name) != roots.end();
    // Both there: a run before this one got to the end, and what is live may have grown since.
    const bool done = had && os::look_at(live) && os::look_at(replaced);
    if (had && !done) copy_back(layout_.tree(name, id), coming, name);
    if (!done && os::look_at(live)) os::rename_file(live, replaced);
    if (had && !done) os::rename_file(coming, live);
    os::sync_directory(directory);
    if (os::look_at(replaced)) aside.push_back(replaced);
  }
  return aside;
}

}  // namespace nutricount::backup
