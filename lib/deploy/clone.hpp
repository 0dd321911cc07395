// The first clone, before it is the application's directory.
#pragma once

#include <filesystem>

namespace nutricount::deploy {

/// Where the clone lies until it is whole: beside the directory, hidden.
[[nodiscard]] inline std::filesystem::path clone_path(const std::filesystem::path& directory) {
  return directory.parent_path() / ("." + directory.filename().string() + ".cloning");
}

}  // namespace nutricount::deploy
