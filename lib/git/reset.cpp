#include <fmt/format.h>

#include "git/handles.hpp"
#include "git/repository.hpp"
#include "os/file.hpp"

namespace nutricount::git {
namespace {
std::uint64_t differing_files(git_repository* repository, const std::string& commit) {
  const TreeHandle tree = tree_of(repository, commit);
  DiffHandle diff;
  ensure(git_diff_tree_to_workdir_with_index(Out(diff), repository, tree.get(), nullptr),
         "cannot compare the working tree");
  return git_diff_num_deltas(diff.get());
}

// An index that cannot be read holds nothing that the commit does not have.
void drop_damaged_index(git_repository* repository, const std::filesystem::path& directory) {
  IndexHandle index;
  const int opened = git_repository_index(Out(index), repository);
  if (opened == 0 && git_index_read(index.get(), 1) == 0) return;
  os::remove_durably(directory / ".git/index");
}

void reset(git_repository* repository, const std::string& commit) {
  const CommitHandle target = commit_of(repository, commit);
  git_checkout_options options = GIT_CHECKOUT_OPTIONS_INIT;
  options.checkout_strategy = GIT_CHECKOUT_FORCE;
  ensure(
      git_reset(repository, reinterpret_cast<git_object*>(target.get()), GIT_RESET_HARD, &options),
      fmt::format("cannot reset to {}", commit));
}

int update_submodule(git_submodule* submodule, const char* name, void* /*payload*/) {
  git_submodule_update_options options = GIT_SUBMODULE_UPDATE_OPTIONS_INIT;
  options.checkout_opts.checkout_strategy = GIT_CHECKOUT_FORCE;
  ensure(git_submodule_update(submodule, 1, &options),
         fmt::format("cannot update the submodule {}", name),
         "check that its address can be reached by the application's owner");
  return 0;
}
}  // namespace

std::uint64_t Repository::reset_hard(const std::string& commit, const Remote& /*remote*/,
                                     const Deadline& deadline) const {
  const std::string changed =
      os::run_in_child({.owner = owner_, .deadline = deadline}, [&](const os::Report&) {
        auto repository = open(directory_);
        drop_damaged_index(repository.get(), directory_);
        repository = open(directory_);  // without what it kept of a damaged index
        const std::uint64_t files = differing_files(repository.get(), commit);
        if (files > 0 || head_id(repository.get()) != commit) {
          reset(repository.get(), commit);
          git_submodule_foreach(repository.get(), update_submodule, nullptr);
          os::sync_file_system(directory_);
        }
        return std::to_string(files);
      });
  return std::stoull(changed);
}

}  // namespace nutricount::git
