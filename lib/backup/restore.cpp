// Putting a backup back, and telling whether that is needed.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "backup/copy_file.hpp"
#include "backup/manifest.hpp"
#include "backup/store.hpp"
#include "backup/tree.hpp"
#include "base/error.hpp"
#include "os/child.hpp"
#include "os/file.hpp"
#include "sqlite/database.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
Manifest manifest_of(const fs::path& directory, const std::string& id) {
  auto manifest = read_manifest(directory, id);
  if (manifest) return std::move(*manifest);
  throw Error(fmt::format("backup {} has no manifest", id), "choose another backup");
}

/// A database as it would be once its WAL is folded in: looked at in a scratch copy, so that
/// looking changes nothing.
bool same_database(const fs::path& live, const fs::path& copy, const fs::path& scratch) {
  if (!os::look_at(live.string() + "-wal")) return sqlite::same_pages(live, copy);
  const fs::path folded = scratch / "database";
  fs::copy_file(live, folded, fs::copy_options::overwrite_existing);
  fs::copy_file(live.string() + "-wal", folded.string() + "-wal",
                fs::copy_options::overwrite_existing);
  sqlite::fold_wal(folded);
  return sqlite::same_pages(folded, copy);
}

class Comparison {
 public:
  Comparison(const fs::path& directory, const Manifest& manifest, const fs::path& scratch)
      : directory_(directory), manifest_(manifest), scratch_(scratch) {}

  bool same(const std::string& name) const {
    const auto st = os::look_at(directory_ / name);
    const bool had =
        std::find(manifest_.names.begin(), manifest_.names.end(), name) != manifest_.names.end();
    if (!had || !st) return had == st.has_value();
    return no_more_than(name) && no_less_than(name);
  }

 private:
  /// Every live path is in the backup.
  bool no_more_than(const std::string& name) const {
    for (const auto& entry : fs::recursive_directory_iterator(directory_ / name)) {
      const auto status = entry.symlink_status();
      const bool kept =
          fs::is_regular_file(status) || fs::is_directory(status) || fs::is_symlink(status);
      if (!kept || is_companion(entry.path().parent_path(), entry.path().filename())) continue;
      if (!manifest_.entries.contains(entry.path().lexically_relative(directory_).string())) {
        return false;
      }
    }
    return true;
  }

  bool no_less_than(const std::string& name) const {
    for (const auto& [path, entry] : manifest_.entries) {
      if (path != name && !path.starts_with(name + "/")) continue;
      if (!same_entry(path, entry)) return false;
    }
    return true;
  }

  bool same_entry(const std::string& path, const Entry& entry) const {
    const fs::path live = directory_ / path;
    const auto st = os::look_at(live);
    if (!st) return false;
    if (entry.type == 'l') return S_ISLNK(st->st_mode) && fs::read_symlink(live) == entry.target;
    if ((st->st_mode & 07777U) != entry.mode) return false;
    if (entry.type == 'd') return S_ISDIR(st->st_mode);
    if (!S_ISREG(st->st_mode)) return false;
    if (entry.database) return same_database(live, copy_of(path), scratch_);
    const os::Fd fd = os::open_file(live, O_RDONLY | O_NOFOLLOW);
    return static_cast<std::uint64_t>(st->st_size) == entry.size &&
           hash_of(fd.get(), live) == entry.sha256;
  }

  fs::path copy_of(const std::string& path) const {
    const auto slash = path.find('/');
    return directory_ / (backup_name(path.substr(0, slash), manifest_.id) + path.substr(slash));
  }

  const fs::path& directory_;
  const Manifest& manifest_;
  const fs::path& scratch_;
};

void put_in_place(const fs::path& from, const fs::path& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) {
    throw system_error(fmt::format("cannot rename {} to {}", from.string(), to.string()));
  }
}
}  // namespace

bool Store::matches(const std::string& id, const std::vector<std::string>& names) const {
  const Manifest manifest = manifest_of(directory_, id);
  const fs::path scratch = directory_ / (".compare." + id + ".removing");
  fs::create_directory(scratch);
  const Comparison comparison(directory_, manifest, scratch);
  const bool same = std::all_of(names.begin(), names.end(),
                                [&](const auto& name) { return comparison.same(name); });
  std::error_code ignored;
  fs::remove_all(scratch, ignored);
  return same;
}

std::vector<fs::path> Store::restore(const std::string& id, const std::vector<std::string>& names,
                                     const std::string& aside_id) const {
  const Manifest manifest = manifest_of(directory_, id);
  std::vector<fs::path> aside;
  for (const auto& name : names) {
    const fs::path live = directory_ / name;
    const fs::path coming = directory_ / fmt::format("{}.{}.restoring", name, aside_id);
    const fs::path replaced = directory_ / fmt::format("{}.replaced.{}", name, aside_id);
    const bool had =
        std::find(manifest.names.begin(), manifest.names.end(), name) != manifest.names.end();
    // Both there: a run before this one got to the end, and what is live may have grown since.
    const bool done = had && os::look_at(live) && os::look_at(replaced);
    if (had && !done) {
      Entries entries;
      Totals totals;
      copy_tree(directory_ / backup_name(name, id), coming, name, {.databases = false}, Deadline(),
                {}, entries, totals);
      os::sync_file_system(coming);
    }
    if (!done && os::look_at(live)) put_in_place(live, replaced);
    if (had && !done) put_in_place(coming, live);
    os::sync_directory(directory_);
    if (os::look_at(replaced)) aside.push_back(replaced);
  }
  return aside;
}

void Store::restore_changes(const std::string& id) const {
  const auto manifest = read_manifest(directory_, id);
  if (!manifest || (manifest->changes.empty() && manifest->deleted.empty())) return;
  const fs::path changes = directory_ / backup_name("changes", id);
  os::do_in_child({.owner = os::owner_of(directory_)}, [&] {
    for (const auto& path : manifest->changes) {
      const fs::path live = directory_ / path;
      fs::create_directories(live.parent_path());
      fs::remove(live);
      fs::copy(changes / "files" / path, live, fs::copy_options::copy_symlinks);
    }
    for (const auto& path : manifest->deleted) fs::remove(directory_ / path);
    if (os::look_at(changes / "index")) {
      fs::copy_file(changes / "index", directory_ / ".git/index.nutricount");
      os::rename_durably(directory_ / ".git/index.nutricount", directory_ / ".git/index");
    }
    os::sync_file_system(directory_);
  });
}

}  // namespace nutricount::backup
