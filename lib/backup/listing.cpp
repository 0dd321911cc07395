#include "backup/listing.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <memory>
#include <string_view>

#include "base/error.hpp"

namespace nutricount::backup {
namespace fs = std::filesystem;
namespace {
struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};
}  // namespace

std::vector<Name> names_in(int directory, const fs::path& shown) {
  const int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, CloseDirectory> stream(copy < 0 ? nullptr : fdopendir(copy));
  if (!stream) throw system_error(fmt::format("cannot list {}", shown.string()));
  std::vector<Name> names;
  errno = 0;
  while (const dirent* entry = readdir(stream.get())) {
    const std::string_view name(entry->d_name);
    if (name != "." && name != "..") names.push_back({std::string(name), entry->d_ino});
  }
  if (errno != 0) throw system_error(fmt::format("cannot list {}", shown.string()));
  return names;
}

os::Fd directory_below(int parent, const std::string& name, const fs::path& shown) {
  os::Fd fd(openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd && errno != ENOENT) throw system_error(fmt::format("cannot open {}", shown.string()));
  return fd;
}

}  // namespace nutricount::backup
