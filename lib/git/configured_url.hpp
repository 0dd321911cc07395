// The address of a remote, without libgit2: for a message after libgit2 has hung.
#pragma once

#include <string>

namespace nutricount::git {

/// The `url` of `[remote "NAME"]` in the text of a git-config(1) file; the remote's name where it
/// has none. May hold credentials: print it through redact_url.
[[nodiscard]] std::string configured_url(const std::string& config, const std::string& remote);

}  // namespace nutricount::git
