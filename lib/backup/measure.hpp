// What a tree comes to, without copying it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "backup/progress.hpp"

namespace nutricount::backup {

/// Trees that a copy can use: it is made over one; files of the other are shared where they are the
/// same. Empty: there is none.
struct Reuse {
  std::filesystem::path over;
  std::filesystem::path beside;
  std::function<bool(const std::string& path)> excluded;  ///< of paths as TreeCopy has them
};

/// Adds files and bytes of `tree`, and to `needed_bytes` what a copy takes of the free space: what
/// files have grown by, and files that are new. Links are not followed.
void measure_tree(const std::filesystem::path& tree, const std::string& name, const Reuse& reuse,
                  Totals& totals);

}  // namespace nutricount::backup
