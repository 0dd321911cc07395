#include "backup/changes.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "backup/content.hpp"
#include "base/error.hpp"
#include "os/child.hpp"
#include "os/file.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
void copy_kept(const fs::path& from, const fs::path& to, const os::Owner& owner) {
  const auto st = os::look_at(from);
  if (!st) return;
  if (S_ISLNK(st->st_mode)) {
    fs::copy_symlink(from, to);
    return;
  }
  const os::Fd source = os::open_file(from, O_RDONLY | O_NOFOLLOW);
  os::Fd target = os::open_file(to, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
  static_cast<void>(ContentCopier().copy(source.get(), target.get(), from, Hash::kNo));
  copy_metadata(source.get(), target.get(), *st, from);
  os::give_to(target.get(), owner, to);
  target.close_checked(to);
}

void make_directories(const fs::path& base, const fs::path& path, const os::Owner& owner) {
  if (path != base) make_directories(base, path.parent_path(), owner);
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    throw system_error(fmt::format("cannot make {}", path.string()));
  }
  const os::Fd fd = os::open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  os::give_to(fd.get(), owner, path);
}
}  // namespace

Changes keep_changes(const fs::path& application, const fs::path& tree,
                     const std::vector<std::string>& paths, const os::Owner& owner) {
  os::remove_tree(tree);
  make_directories(tree, tree / "files", owner);
  Changes changes;
  for (const auto& path : paths) {
    const auto st = os::look_at(application / path);
    if (!st || S_ISDIR(st->st_mode)) {
      changes.deleted.push_back(path);
      continue;
    }
    const fs::path copy = tree / "files" / path;
    make_directories(tree, copy.parent_path(), owner);
    copy_kept(application / path, copy, owner);
    changes.kept.push_back(path);
  }
  copy_kept(application / ".git/index", tree / "index", owner);
  return changes;
}

void restore_changes(const fs::path& application, const fs::path& tree, const Changes& changes) {
  if (changes.kept.empty() && changes.deleted.empty()) return;
  os::do_in_child({.owner = os::owner_of(application)}, [&] {
    for (const auto& path : changes.kept) {
      const fs::path live = application / path;
      fs::create_directories(live.parent_path());
      fs::remove(live);
      fs::copy(tree / "files" / path, live, fs::copy_options::copy_symlinks);
    }
    for (const auto& path : changes.deleted) fs::remove(application / path);
    if (os::look_at(tree / "index")) {
      fs::copy_file(tree / "index", application / ".git/index.nutricount",
                    fs::copy_options::overwrite_existing);
      os::rename_durably(application / ".git/index.nutricount", application / ".git/index");
    }
    os::sync_file_system(application);
  });
}

}  // namespace nutricount::backup
