// Python's cache of compiled files. It takes a cached file for current when the source's size and
// its time of change, cut to whole seconds, are the ones it was compiled from (PEP 552). Two resets
// within a second can thus leave the old commit's source under the other one's bytecode: after
// `VERSION = 2` became `VERSION = 4` and back, the wrong version runs and calls itself healthy.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "os/access.hpp"

namespace nutricount::deploy {

/// Removes what was compiled from these sources (paths below `directory`; others than *.py are
/// passed over) from the __pycache__ beside them. Nothing there is no error; a file that cannot be
/// removed, and a cache that cannot be looked into, throw.
void remove_bytecode(const std::filesystem::path& directory, const std::vector<std::string>& paths);

/// Where that would throw: caches that this process may not read, or may not remove from although
/// they hold what was compiled from these sources.
[[nodiscard]] std::vector<os::Denied> irremovable_bytecode(const std::filesystem::path& directory,
                                                           const std::vector<std::string>& paths);

}  // namespace nutricount::deploy
