#include "os/access.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace nutricount::os {
namespace {
std::optional<Denied> denied(const std::filesystem::path& path, int wanted) {
  if (faccessat(AT_FDCWD, path.c_str(), wanted, AT_EACCESS) == 0) return std::nullopt;
  return Denied{path, errno};
}
}  // namespace

std::optional<Denied> change_denied(const std::filesystem::path& file) {
  return denied(file, W_OK);
}

std::optional<Denied> entry_denied(const std::filesystem::path& directory) {
  std::error_code error;
  auto nearest = directory;
  while (!std::filesystem::is_directory(nearest, error) && nearest.has_relative_path()) {
    nearest = nearest.parent_path();
  }
  return denied(nearest, W_OK | X_OK);
}

std::optional<Denied> listing_denied(const std::filesystem::path& directory) {
  return denied(directory, R_OK | X_OK);
}

}  // namespace nutricount::os
