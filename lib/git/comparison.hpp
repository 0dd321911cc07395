// HEAD against the wanted commit.
#pragma once

#include <git2.h>

#include <string>
#include <vector>

#include "git/repository.hpp"

namespace nutricount::git {

/// The commit that is wanted, checked to be reachable. Throws Error.
[[nodiscard]] std::string resolve(git_repository* repository, const Remote& remote,
                                  const Wanted& wanted);
[[nodiscard]] Comparison compare_with_head(git_repository* repository, const std::string& to,
                                           const Wanted& wanted);
/// See Comparison::overwritten.
[[nodiscard]] std::vector<std::string> overwritten(git_repository* repository,
                                                   const std::string& to);
/// What of `paths`, and of git's own files, a reset to `to` could not write.
[[nodiscard]] std::vector<os::Denied> denied(git_repository* repository, git_tree* to,
                                             const std::vector<std::string>& paths);

/// As it travels from the child.
[[nodiscard]] std::string to_text(const Comparison& comparison);
[[nodiscard]] Comparison from_text(const std::string& text);
[[nodiscard]] Commit describe(git_repository* repository, const std::string& id);

}  // namespace nutricount::git
