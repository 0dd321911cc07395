// What a backup holds, in DIR/.backup.ID.json. The manifest is what makes a backup count:
//
//   .backup.ID.partial    written first, on disk before anything else: names what is being made
//   NAME.backup.ID.partial/   the copies
//   flush; each gets its final name NAME.backup.ID
//   .backup.ID.json       written and flushed, then given its name: from here on it is listed
//   .backup.ID.partial    removed
//
// Whatever a power cut leaves, a backup with a manifest is whole, and one with only the .partial
// file is swept. A directory with neither was made by the scripts of before: it is listed as
// unverified.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "backup/entry.hpp"
#include "base/clock.hpp"
#include "os/owner.hpp"

namespace nutricount::backup {

struct Manifest {
  std::string id;
  Timestamp time;
  std::string commit;
  std::vector<std::string> names;    ///< included directories that were there
  std::vector<std::string> absent;   ///< and those that were not
  std::vector<std::string> skipped;  ///< what it cannot guarantee
  std::vector<std::string> changes;  ///< files of keep_changes that were there
  std::vector<std::string> deleted;  ///< and those that were not
  Entries entries;
};

[[nodiscard]] std::filesystem::path manifest_path(const std::filesystem::path& directory,
                                                  const std::string& id);
[[nodiscard]] std::filesystem::path marker_path(const std::filesystem::path& directory,
                                                const std::string& id);
/// "data.backup.20251024_200000"
[[nodiscard]] std::string backup_name(const std::string& name, const std::string& id);

void write_manifest(const std::filesystem::path& directory, const Manifest& manifest,
                    const os::Owner& owner);
/// Nothing where there is none; throws for one that is damaged or from a newer version.
[[nodiscard]] std::optional<Manifest> read_manifest(const std::filesystem::path& directory,
                                                    const std::string& id);

}  // namespace nutricount::backup
