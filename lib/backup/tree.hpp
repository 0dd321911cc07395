// Copies a tree, again and again, each time only what changed since the time before.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "backup/entry.hpp"
#include "backup/store.hpp"
#include "base/clock.hpp"

namespace nutricount::backup {

struct TreeOptions {
  /// Databases under a read transaction, their WAL folded into the copy.
  bool databases = true;
  /// Ask each database whether it is sound.
  bool check = false;
};

/// One pass over `from` (a directory) into `to` (made where it is missing). `name` is what paths
/// begin with in `entries`, which holds what the pass before knew and is brought up to date. Links
/// are never followed; what lies on another file system is left out and named in `totals.skipped`.
void copy_tree(const std::filesystem::path& from, const std::filesystem::path& to,
               const std::string& name, const TreeOptions& options, const Deadline& deadline,
               const OnProgress& on_progress, Entries& entries, Totals& totals);

/// The same walk without copying: files and bytes.
void measure_tree(const std::filesystem::path& from, Totals& totals);

/// Whether `name` lies beside a database as its -wal, -shm or -journal.
[[nodiscard]] bool is_companion(const std::filesystem::path& directory, const std::string& name);

}  // namespace nutricount::backup
