// Files that git tracks and that were changed in place: a reset would overwrite them, so a data
// backup keeps them, with the git index, in changes.backup.ID.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "os/owner.hpp"

namespace nutricount::backup {

struct Changes {
  std::vector<std::string> kept;     ///< paths below the application directory
  std::vector<std::string> deleted;  ///< that were not there
};

/// Copies the files and the index into `tree`, which is made anew.
[[nodiscard]] Changes keep_changes(const std::filesystem::path& application,
                                   const std::filesystem::path& tree,
                                   const std::vector<std::string>& paths, const os::Owner& owner);
/// The reverse; safe to repeat.
void restore_changes(const std::filesystem::path& application, const std::filesystem::path& tree,
                     const Changes& changes);

}  // namespace nutricount::backup
