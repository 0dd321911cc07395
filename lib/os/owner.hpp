// Who owns the application's tree, and becoming that user.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace nutricount::os {

/// A user as passwd(5) knows it. `name` is the number where the uid has no entry.
struct Owner {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;
  std::filesystem::path home = "/";
};

/// The owner of a file or directory; a link is followed, for root may have made it. Its group is
/// the owner's primary group.
[[nodiscard]] Owner owner_of(const std::filesystem::path& path);
/// The user that this process runs as.
[[nodiscard]] Owner current_user();
/// The owner that files below `path` shall have: that of `path`, or of its nearest existing parent.
[[nodiscard]] Owner owner_below(const std::filesystem::path& path);

/// Becomes `owner` for good: supplementary groups, group, user, each as real, effective and saved
/// id, then HOME, USER, LOGNAME. Does nothing but set these variables where the process already is
/// that user. Throws where the process may not. Only ever called in a child.
void become(const Owner& owner);

/// Gives an open file to the owner, where this process is root and the owner is not.
void give_to(int fd, const Owner& owner, const std::filesystem::path& path);

}  // namespace nutricount::os
