#include <fmt/format.h>

#include <algorithm>

#include "base/json_text.hpp"
#include "git/comparison.hpp"
#include "git/handles.hpp"
#include "git/remote.hpp"
#include "git/repository.hpp"
#include "os/file.hpp"

namespace nutricount::git {
namespace {
std::vector<std::string> differing_files(git_repository* repository, const std::string& commit) {
  const TreeHandle tree = tree_of(repository, commit);
  DiffHandle diff;
  ensure(libgit2().diff_tree_to_workdir_with_index(Out(diff), repository, tree.get(), nullptr),
         "cannot compare the working tree");
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < libgit2().diff_num_deltas(diff.get()); ++i)
    paths.emplace_back(libgit2().diff_get_delta(diff.get(), i)->old_file.path);
  return paths;
}

RepositoryHandle open_with_index(const std::filesystem::path& directory) {
  RepositoryHandle repository = open(directory);
  if (!replace_damaged_index(repository.get())) return repository;
  os::remove_durably(directory / ".git/index");
  repository = open(directory);  // without what it kept of the damaged one
  IndexHandle index;
  ensure(libgit2().repository_index(Out(index), repository.get()), "cannot make the index anew");
  const TreeHandle head = tree_of(repository.get(), head_id(repository.get()));
  ensure(libgit2().index_read_tree(index.get(), head.get()), "cannot make the index anew");
  ensure(libgit2().index_write(index.get()), "cannot write the index");
  return repository;
}

void reset(git_repository* repository, const std::string& commit) {
  const CommitHandle target = commit_of(repository, commit);
  git_checkout_options options = GIT_CHECKOUT_OPTIONS_INIT;
  options.checkout_strategy = GIT_CHECKOUT_FORCE;
  ensure(libgit2().reset(repository, reinterpret_cast<git_object*>(target.get()), GIT_RESET_HARD,
                         &options),
         fmt::format("cannot reset to {}", commit));
}

// Changed since the backup was made: nobody would have a copy.
void refuse_more_than(const std::vector<std::string>& kept,
                      const std::vector<std::string>& overwritten) {
  for (const auto& path : overwritten) {
    if (std::find(kept.begin(), kept.end(), path) != kept.end()) continue;
    throw Error(fmt::format("{} was changed while the update ran", path),
                "run the update again: it will keep a copy of it");
  }
}

// What is left of a submodule whose files are not here: a commit that added it was taken back, or a
// kill cut its clone short. libgit2 would refuse to clone it anew.
void drop_unused_clone(git_submodule* submodule, const std::filesystem::path& name) {
  git_repository* owner = libgit2().submodule_owner(submodule);
  const std::filesystem::path tree = libgit2().repository_workdir(owner);
  const bool has_dots = std::find(name.begin(), name.end(), "..") != name.end();
  if (has_dots || std::filesystem::exists(tree / libgit2().submodule_path(submodule) / ".git"))
    return;
  std::error_code ignored;  // the clone will say what is wrong
  const std::filesystem::path git = libgit2().repository_commondir(owner);
  std::filesystem::remove_all(git / "modules" / name, ignored);
}

int update_submodule(git_submodule* submodule, const char* name, void* failed) {
  drop_unused_clone(submodule, name);
  git_submodule_update_options options = GIT_SUBMODULE_UPDATE_OPTIONS_INIT;
  options.checkout_opts.checkout_strategy = GIT_CHECKOUT_FORCE;
  const int result = libgit2().submodule_update(submodule, 1, &options);
  if (result < 0) *static_cast<std::string*>(failed) = name;  // nothing may be thrown through C
  return result;
}

void update_submodules(git_repository* repository, const std::filesystem::path& directory) {
  if (!os::look_at(directory / ".gitmodules")) return;
  trust_certificates({});
  std::string failed;
  const int result = libgit2().submodule_foreach(repository, update_submodule, &failed);
  ensure(result, fmt::format("cannot update the submodule {}", failed),
         "check that the application's owner can reach its address");
}
}  // namespace

std::uint64_t Repository::reset_hard(const std::string& commit, const Deadline& deadline,
                                     const BeforeReset& before) const {
  const std::string changed = in_child(deadline, [&](const os::Report&) {
    const auto repository = open_with_index(directory_);
    if (before.kept != nullptr)
      refuse_more_than(*before.kept, overwritten(repository.get(), commit));
    const auto files = differing_files(repository.get(), commit);
    if (!files.empty() || head_id(repository.get()) != commit) {
      if (before.prepare) before.prepare(files);
      reset(repository.get(), commit);
      update_submodules(repository.get(), directory_);
      os::sync_file_system(directory_);
    }
    return std::to_string(files.size());
  });
  return read_json(changed, "what a child process did in git", whole_number<std::uint64_t>);
}

}  // namespace nutricount::git
