// Backups that are there: plain, independent directories, each listed only when it is whole and on
// disk. layout.hpp says what they are called, maker.hpp how they are made.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "backup/layout.hpp"
#include "backup/progress.hpp"
#include "base/clock.hpp"

namespace nutricount::backup {

struct Listed {
  std::string id;
  Kind kind = Kind::kData;
  Timestamp time;         ///< of the manifest, or what the name says where there is none
  bool verified = false;  ///< has a manifest; what the old scripts made has none
  std::string commit;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> skipped;  ///< what it cannot guarantee
  std::vector<std::filesystem::path> paths;
};

/// What `verify` finds wrong.
struct Fault {
  enum class What { kMissing, kDamaged, kExtra };
  What what;
  std::string path;  ///< as manifests have it
};

class Store {
 public:
  explicit Store(Layout layout) : layout_(std::move(layout)) {}
  [[nodiscard]] const Layout& layout() const { return layout_; }

  /// Complete backups, oldest first.
  [[nodiscard]] std::vector<Listed> list() const;
  /// Brings to rest what an interrupted backup, restore or removal left behind.
  void sweep() const;
  /// Ids that pruning to `keep` would remove, oldest first: only backups with a manifest count and
  /// go; `kept` are never among them, but count.
  [[nodiscard]] std::vector<std::string> expiring(std::size_t keep,
                                                  const std::set<std::string>& kept) const;
  /// The backup that a new one may be made over: the one that expires when one more is kept. Empty
  /// where there is none.
  [[nodiscard]] std::string due(std::size_t keep, const std::set<std::string>& kept) const;
  /// Unlists a backup that has a manifest and removes it, writing nothing: it works on a full disk.
  /// A kill at any instant leaves nothing half-removed listed.
  void remove(const std::string& id) const;
  /// Unlists a backup; the next one is made over its trees.
  void recycle(const std::string& id) const;

  /// Every file of a backup against its manifest (SHA-256); empty when all is well. Throws for one
  /// without a manifest, or with one that is damaged.
  [[nodiscard]] std::vector<Fault> verify(const std::string& id,
                                          const OnProgress& on_progress = {}) const;
  /// Data backups: whether live data below `names` is what the backup holds: same files, modes and
  /// contents; databases compared as committed states (the WAL counts, the change counters do not).
  /// For a stopped application.
  [[nodiscard]] bool matches(const std::string& id, const std::vector<std::string>& names) const;
  /// Data backups: puts the backup's copy of `names` in the place of the live one, by renames; the
  /// backup itself stays. What was live goes to NAME.replaced.ASIDE_ID. Safe to repeat after a kill
  /// at any instant with the same arguments. Returns the paths set aside.
  std::vector<std::filesystem::path> restore(const std::string& id,
                                             const std::vector<std::string>& names,
                                             const std::string& aside_id) const;
  /// Puts back what Maker::keep_changes kept; safe to repeat.
  void restore_changes(const std::string& id) const;

 private:
  Layout layout_;
};

}  // namespace nutricount::backup
