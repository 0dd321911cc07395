// What a reset would have to write and may not. libgit2 writes a changed file in place; one that
// appears, goes or changes its kind needs its directory, and the last file of a directory takes
// that along. Found at the reset, it would be found while the application is down.
#include <map>
#include <set>

#include "git/comparison.hpp"
#include "git/handles.hpp"
#include "os/file.hpp"

namespace nutricount::git {
namespace fs = std::filesystem;
namespace {
git_filemode_t mode_in(git_tree* tree, const fs::path& path) {
  TreeEntryHandle entry;
  if (libgit2().tree_entry_bypath(Out(entry), tree, path.c_str()) < 0)
    return GIT_FILEMODE_UNREADABLE;
  return libgit2().tree_entry_filemode_raw(entry.get());
}

bool is_written_in_place(const struct stat& here, git_filemode_t wanted) {
  if (!S_ISREG(here.st_mode)) return false;
  const bool runs = (here.st_mode & S_IXUSR) != 0;
  return wanted == (runs ? GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB);
}

class Search {
 public:
  Search(git_repository* repository, git_tree* to)
      : root_(fs::path(libgit2().repository_workdir(repository))
                  .parent_path()),  // both end with a slash
        git_(fs::path(libgit2().repository_path(repository)).parent_path()),
        to_(to) {}

  void look_at(const fs::path& path) {
    const auto here = os::look_at(root_ / path);
    const auto wanted = mode_in(to_, path);
    if (!here && wanted == GIT_FILEMODE_UNREADABLE) return;
    if (here && is_written_in_place(*here, wanted)) return add(os::change_denied(root_ / path));
    fs::path directory = path.parent_path();
    need(directory);
    if (wanted != GIT_FILEMODE_UNREADABLE) return;
    for (; !directory.empty() && mode_in(to_, directory) != GIT_FILEMODE_TREE;
         directory = directory.parent_path()) {
      need(directory.parent_path());
    }
  }

  // The branch that moves, its log, the index.
  void look_at_git(git_repository* repository) {
    ReferenceHandle head;
    ensure(libgit2().reference_lookup(Out(head), repository, "HEAD"), "cannot read HEAD");
    const char* branch = libgit2().reference_symbolic_target(head.get());
    add(os::entry_denied(git_));
    std::vector<fs::path> logs{git_ / "logs/HEAD"};
    if (branch != nullptr) {
      add(os::entry_denied((git_ / branch).parent_path()));
      logs.push_back(git_ / "logs" / branch);
    }
    for (const auto& log : logs) {
      if (os::look_at(log)) add(os::change_denied(log));
    }
  }

  [[nodiscard]] std::vector<os::Denied> found() const {
    std::vector<os::Denied> out;
    for (const auto& [path, error] : found_) out.push_back({path, error});
    return out;
  }

 private:
  void need(const fs::path& directory) {
    if (asked_.insert(directory).second)
      add(os::entry_denied(directory.empty() ? root_ : root_ / directory));
  }
  void add(const std::optional<os::Denied>& denied) {
    if (denied) found_.emplace(denied->path, denied->error);
  }

  fs::path root_;
  fs::path git_;
  git_tree* to_;
  std::set<fs::path> asked_;
  std::map<fs::path, int> found_;
};
}  // namespace

std::vector<os::Denied> denied(git_repository* repository, git_tree* to,
                               const std::vector<std::string>& paths) {
  Search search(repository, to);
  for (const auto& path : paths) search.look_at(path);
  search.look_at_git(repository);
  return search.found();
}

}  // namespace nutricount::git
