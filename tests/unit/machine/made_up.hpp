// A made-up /proc and /sys.
#pragma once

#include <filesystem>
#include <string>

#include "scratch.hpp"

namespace nutricount::machine {

struct MadeUp : Scratch {
  /// A file, with its directories.
  void file(const std::filesystem::path& path, const std::string& text) const {
    std::filesystem::create_directories((root / path).parent_path());
    write(path, text);
  }
};

}  // namespace nutricount::machine
