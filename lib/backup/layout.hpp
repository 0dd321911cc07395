// Where backups lie and what their files are called.
//
//   data   DIR/data.backup.ID/, DIR/logs.backup.ID/    manifest DIR/.backup.ID.json
//   full   BACKUPS/backup_ID/                          manifest BACKUPS/.backup_ID.json
//
// What is being made lies in DIR/data.backup.partial/ or BACKUPS/backup.partial/ (see
// workspace.hpp).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace nutricount::backup {

enum class Kind { kData, kFull };

struct Layout {
  Kind kind = Kind::kData;
  std::filesystem::path source;       ///< the application directory
  std::filesystem::path directory;    ///< holds the backups: for data the application directory
  std::vector<std::string> included;  ///< names below `source` whose content programs write

  /// Data backups, beside the data.
  static Layout data(const std::filesystem::path& application, std::vector<std::string> included);
  /// Full backups of the application directory, in a directory of their own.
  static Layout full(const std::filesystem::path& application, std::vector<std::string> included,
                     const std::filesystem::path& backups);

  /// What is copied as one tree each: the included names, or "." for the whole directory.
  [[nodiscard]] std::vector<std::string> roots() const;
  /// The copy of a root. Data backups have one more: "changes" (see changes.hpp).
  [[nodiscard]] std::filesystem::path tree(const std::string& root, const std::string& id) const;
  [[nodiscard]] std::filesystem::path partial(const std::string& root) const;
  [[nodiscard]] std::filesystem::path manifest(const std::string& id) const;
  /// The name that a manifest has while its trees are removed: the backup is not listed any more.
  [[nodiscard]] std::filesystem::path removing(const std::string& id) const;
  /// The id in such a name; empty for any other.
  [[nodiscard]] std::string id_of_removing(const std::string& name) const;
  /// Says what is being made; see workspace.hpp.
  [[nodiscard]] std::filesystem::path marker() const;
  /// The manifest that is being written, and the one of the tree that is made over.
  [[nodiscard]] std::filesystem::path partial_manifest() const;
  [[nodiscard]] std::filesystem::path known_manifest() const;
  /// The id in the name of a tree or a manifest of this kind; empty for any other name.
  [[nodiscard]] std::string id_of_tree(const std::string& name) const;

  /// Of a path as manifests have it ("data/x.db"; "./app.py" in full backups): the copy in `id`.
  [[nodiscard]] std::filesystem::path copy(const std::string& path, const std::string& id) const;
};

}  // namespace nutricount::backup
