// HEAD against the wanted commit.
#pragma once

#include <git2.h>

#include <string>
#include <string_view>
#include <vector>

#include "git/repository.hpp"

namespace nutricount::git {

/// The commit that is wanted, checked to be reachable. Throws Error.
[[nodiscard]] std::string resolve(git_repository* repository, const Remote& remote,
                                  const Wanted& wanted);
[[nodiscard]] Comparison compare_with_head(git_repository* repository, const std::string& to,
                                           const Wanted& wanted);
/// An index that cannot be read, or is not there, holds nothing that the commit does not have: from
/// here on HEAD's tree is it, in memory only. False where nothing was wrong with it.
bool replace_damaged_index(git_repository* repository);
/// See Comparison::overwritten.
[[nodiscard]] std::vector<std::string> overwritten(git_repository* repository,
                                                   const std::string& to);
/// See Comparison::has_lfs_pointers.
[[nodiscard]] bool has_lfs_pointers(git_tree* tree);
/// What of `paths`, and of git's own files, a reset to `to` could not write.
[[nodiscard]] std::vector<os::Denied> denied(git_repository* repository, git_tree* to,
                                             const std::vector<std::string>& paths);

/// As they travel from the child. The child is the repository's owner, whom root does not trust:
/// reading back throws Error for anything that `to_text` does not write.
[[nodiscard]] std::string to_text(const Comparison& comparison);
[[nodiscard]] Comparison from_text(const std::string& text);
[[nodiscard]] std::string to_text(const Transfer& transfer);
[[nodiscard]] Transfer transfer_from_text(std::string_view text);

[[nodiscard]] Commit describe(git_repository* repository, const std::string& id);

}  // namespace nutricount::git
