// Copies a tree; a tree that is there already becomes the same by as few writes as possible.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "backup/file_copy.hpp"
#include "backup/manifest.hpp"
#include "backup/progress.hpp"
#include "base/clock.hpp"

namespace nutricount::backup {

/// An earlier tree whose files may be shared by hard links.
struct Shared {
  std::filesystem::path tree;
  Known known;
  std::function<bool(const std::string& path)> allows;
};

struct TreeCopy {
  std::filesystem::path from;
  std::filesystem::path to;  ///< made where it is missing
  std::string name;          ///< what paths begin with: "data", "."
  FileOptions files;
  Known* known = nullptr;  ///< what `to` holds; where nothing is known, contents are compared
  Shared* shared = nullptr;
  std::function<bool(const std::string& path)> excluded;  ///< of directories and files
  ManifestWriter* manifest = nullptr;
  Deadline deadline;
  OnProgress on_progress;
};

/// One pass. Links are never followed; what lies on another file system and what is no file,
/// directory or link is left out and named in `totals.skipped`. Throws on any error of reading or
/// writing, at the deadline, when interrupted.
void copy_tree(TreeCopy& copy, Totals& totals);

}  // namespace nutricount::backup
