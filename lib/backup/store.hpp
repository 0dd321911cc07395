// Backups that are there: plain, independent directories, each listed only when it is whole and on
// disk. layout.hpp says what they are called, maker.hpp how they are made.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
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
  /// For a stopped application. Never for a backup without a manifest: nobody knows.
  [[nodiscard]] bool matches(const std::string& id, const std::vector<std::string>& names) const;
  /// Data backups: puts the backup's copy of `names` in the place of the live one, by renames; the
  /// backup itself stays. What was live goes to NAME.replaced.ASIDE_ID. Safe to repeat after a kill
  /// at any instant with the same arguments. Returns the paths set aside.
  std::vector<std::filesystem::path> restore(const std::string& id,
                                             const std::vector<std::string>& names,
                                             const std::string& aside_id) const;
  /// The same in two parts, so that nothing is copied while the application is stopped. First the
  /// copy, under a name of its own, which sweep() removes. Of a backup without a manifest, what
  /// trees_of() says, by a child that is the application's owner; throws where one of its databases
  /// is not sound (settle.hpp).
  void prepare_restore(const std::string& id, const std::vector<std::string>& names,
                       const std::string& aside_id, const Deadline& deadline,
                       const OnProgress& on_progress) const;
  /// Then the names: what was live goes to NAME.replaced.ASIDE_ID, which is returned.
  std::vector<std::filesystem::path> exchange(const std::vector<std::string>& names,
                                              const std::string& aside_id) const;
  /// The reverse, from wherever a kill left it; safe to repeat. `inodes` are of the live trees
  /// before the exchange, 0 for one that was not there.
  void exchange_back(const std::map<std::string, std::uint64_t>& inodes,
                     const std::string& aside_id) const;
  /// Of a backup without a manifest, which does not say what was not there: those of `names` that
  /// it has a tree of.
  [[nodiscard]] std::vector<std::string> trees_of(const std::string& id,
                                                  const std::vector<std::string>& names) const;
  /// What putting `names` back put aside, and what exchange_back() did.
  [[nodiscard]] std::filesystem::path aside(const std::string& name,
                                            const std::string& aside_id) const;
  /// What a backup knows of live data that may be in use: its databases, and how many other files
  /// were written, made or removed since, by inode or size and time.
  struct Since {
    std::vector<std::string> databases;  ///< as manifests have them: "data/x.db"
    std::uint64_t files = 0;
  };
  [[nodiscard]] Since since(const std::string& id, const std::vector<std::string>& names) const;
  /// Trees that were put aside, of all times: "data.replaced.20261124_101500".
  [[nodiscard]] std::vector<std::filesystem::path> all_aside() const;
  /// Puts back what Maker::keep_changes kept; safe to repeat.
  void restore_changes(const std::string& id) const;

 private:
  Layout layout_;
};

}  // namespace nutricount::backup
