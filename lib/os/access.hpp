// What this process may not write, found out before it tries.
#pragma once

#include <filesystem>
#include <optional>

namespace nutricount::os {

/// A path that cannot be written, and why: an errno (EACCES, EPERM where it is immutable, EROFS).
struct Denied {
  std::filesystem::path path;
  int error = 0;
};

/// Whether the content of an existing file may be changed in place. A link is followed.
[[nodiscard]] std::optional<Denied> change_denied(const std::filesystem::path& file);
/// Whether names may be made in and removed from `directory`, or from the nearest parent that
/// is one.
[[nodiscard]] std::optional<Denied> entry_denied(const std::filesystem::path& directory);
/// Whether the names in an existing directory can be read.
[[nodiscard]] std::optional<Denied> listing_denied(const std::filesystem::path& directory);

}  // namespace nutricount::os
