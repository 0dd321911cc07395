// Live data against a backup.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "backup/content.hpp"
#include "backup/listing.hpp"
#include "backup/manifest.hpp"
#include "backup/store.hpp"
#include "backup/tree.hpp"
#include "base/error.hpp"
#include "os/file.hpp"
#include "sqlite/database.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
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

/// How many files in a live directory the backup does not name. Directories in it are added to
/// `directories`.
std::uint64_t new_files(int at, const fs::path& live, const Directory& kept,
                        std::set<std::string>& directories) {
  std::uint64_t found = 0;
  for (const auto& [name, inode] : names_in(at, live)) {
    const auto st = os::look_at(live / name);
    if (!st) continue;
    if (S_ISDIR(st->st_mode)) {
      directories.insert(kept.path + "/" + name);
    } else if (find(kept, name) == nullptr && (S_ISREG(st->st_mode) || S_ISLNK(st->st_mode)) &&
               !is_companion(at, name)) {
      ++found;
    }
  }
  return found;
}

class Comparison {
 public:
  Comparison(const Layout& layout, const std::string& id, const fs::path& scratch)
      : layout_(layout), id_(id), scratch_(scratch) {}

  bool same(const Directory& kept) {
    const fs::path live = layout_.source / kept.path;
    const os::Fd fd = os::open_if_exists(live, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    const auto st = os::look_at(live);
    if (!fd || !st || (st->st_mode & 07777U) != kept.mode) return false;
    expected_.erase(kept.path);
    if (new_files(fd.get(), live, kept, expected_) > 0) return false;
    return std::all_of(kept.entries.begin(), kept.entries.end(), [&](const NamedEntry& one) {
      return same(live / one.name, kept.path + "/" + one.name, one.entry);
    });
  }

  /// Directories that are live and that the backup did not name.
  [[nodiscard]] bool more_is_live() const { return !expected_.empty(); }

 private:
  bool same(const fs::path& live, const std::string& path, const Entry& entry) {
    const auto st = os::look_at(live);
    if (!st) return false;
    if (entry.type == Type::kLink) {
      return S_ISLNK(st->st_mode) && fs::read_symlink(live) == entry.target;
    }
    if (!S_ISREG(st->st_mode)) return false;
    if (entry.type == Type::kHardLink) return st->st_nlink > 1;
    if ((st->st_mode & 07777U) != entry.mode) return false;
    if (entry.database) return same_database(live, layout_.copy(path, id_), scratch_);
    if (signature_of(*st) == entry.live) return true;
    if (static_cast<std::uint64_t>(st->st_size) != entry.size) return false;
    const os::Fd fd = os::open_file(live, O_RDONLY | O_NOFOLLOW);
    return content_.read(fd.get(), live).sha256 == entry.sha256;
  }

  const Layout& layout_;
  const std::string& id_;
  const fs::path& scratch_;
  ContentCopier content_;
  std::set<std::string> expected_;
};

/// Whether a live file is, by what the file system says, what was copied; a restored one has other
/// inodes.
bool looks_same(const fs::path& live, const Entry& entry) {
  const auto st = os::look_at(live);
  if (!st) return false;
  if (entry.type == Type::kLink) {
    return S_ISLNK(st->st_mode) && fs::read_symlink(live) == entry.target;
  }
  if (!S_ISREG(st->st_mode)) return false;
  if (entry.type == Type::kHardLink || signature_of(*st) == entry.live) return true;
  return static_cast<std::uint64_t>(st->st_size) == entry.size &&
         nanoseconds(st->st_mtim) == entry.mtime;
}

std::uint64_t files_below(const fs::path& directory) {
  std::uint64_t found = 0;
  std::error_code error;
  fs::recursive_directory_iterator at(directory, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (!at->is_directory(error)) ++found;
  }
  return found;
}

bool belongs_to(const std::string& path, const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [&](const auto& name) {
    return path == name || path.starts_with(name + "/");
  });
}
}  // namespace

bool Store::matches(const std::string& id, const std::vector<std::string>& names) const {
  const auto summary = read_summary(layout_.manifest(id));
  if (!summary) return false;
  ManifestReader manifest(layout_.manifest(id));
  for (const auto& name : names) {
    const auto& roots = summary->second.roots;
    const bool had = std::find(roots.begin(), roots.end(), name) != roots.end();
    if (had != os::look_at(layout_.source / name).has_value()) return false;
  }
  const fs::path scratch = layout_.directory / (".compare." + id + ".removing");
  fs::create_directory(scratch);
  Comparison comparison(layout_, id, scratch);
  bool same = true;
  while (const auto directory = same ? manifest.next() : std::nullopt) {
    if (belongs_to(directory->path, names)) same = comparison.same(*directory);
  }
  std::error_code ignored;
  fs::remove_all(scratch, ignored);
  return same && !comparison.more_is_live();
}

Store::Since Store::since(const std::string& id, const std::vector<std::string>& names) const {
  ManifestReader manifest(layout_.manifest(id));
  Since since;
  // A name that the backup does not hold is new as a whole.
  std::set<std::string> directories{names.begin(), names.end()};
  while (const auto directory = manifest.next()) {
    if (!belongs_to(directory->path, names)) continue;
    directories.erase(directory->path);
    const fs::path live = layout_.source / directory->path;
    const os::Fd fd = os::open_if_exists(live, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (fd) since.files += new_files(fd.get(), live, *directory, directories);
    for (const auto& [name, entry] : directory->entries) {
      if (entry.database && os::look_at(live / name)) {
        since.databases.push_back(directory->path + "/" + name);
      } else if (!looks_same(live / name, entry)) {
        ++since.files;
      }
    }
  }
  for (const auto& path : directories) since.files += files_below(layout_.source / path);
  return since;
}

}  // namespace nutricount::backup
