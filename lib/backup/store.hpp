// Data backups: plain, independent directories beside the data, under the seed's names
// (data.backup.20251024_200000/), each listed only when it is whole and on disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "os/owner.hpp"

namespace nutricount::backup {

struct Progress {
  std::uint64_t files = 0;
  std::uint64_t total_files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t total_bytes = 0;
};
using OnProgress = std::function<void(const Progress&)>;

struct Totals {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t written_bytes = 0;   ///< written in the last pass
  std::vector<std::string> skipped;  ///< sockets, FIFOs, devices: "data/run.sock (socket)"
};

/// What a backup is of.
struct Subject {
  std::filesystem::path directory;   ///< the application directory
  std::vector<std::string> include;  ///< names below it; ones that do not exist are fine
  std::string id;                    ///< to_id() of its time
  Timestamp time;
  std::string commit;  ///< deployed when it was made
  os::Owner owner;     ///< of the directories that it makes
};

/// A backup being made: DIR/NAME.backup.ID.partial for each included name. Copying may be repeated;
/// a later pass copies only what differs from the pass before, so that a first pass can run while
/// the application serves and a short second one after it has stopped. Every SQLite database (told
/// by its header) is copied under a read transaction and so comes out as one committed state, its
/// WAL folded in when the backup is sealed; -wal, -shm and -journal files are never in a backup.
class Maker {
 public:
  explicit Maker(Subject subject);
  Maker(Maker&&) noexcept;
  Maker& operator=(Maker&&) noexcept;
  /// What was not sealed is removed again.
  ~Maker();

  /// What a backup would take: everything under the included names.
  [[nodiscard]] static Totals measure(const Subject& subject);

  /// One pass. Throws when a database fails quick_check (first pass), on any error of reading or
  /// writing, at the deadline, when interrupted.
  Totals copy(const Deadline& deadline, const OnProgress& on_progress);
  /// Flushes what was copied so far to disk, so that sealing has little left to do.
  void flush();
  /// Copies these files (paths relative to the directory; ones that do not exist are remembered as
  /// such) and the git index into changes.backup.ID: what a reset is about to overwrite.
  void keep_changes(const std::vector<std::string>& paths);
  /// Fold, flush, manifests, flush, rename to the final names, flush. From here on the backup is
  /// listed. Throws and leaves nothing listed where anything was not written.
  void seal();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct Listed {
  std::string id;
  Timestamp time;         ///< of the manifest, or what the name says where there is none
  bool verified = false;  ///< has a manifest; what the old scripts made has none
  std::string commit;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::vector<std::filesystem::path> paths;
};

class Store {
 public:
  Store(std::filesystem::path directory, std::vector<std::string> include)
      : directory_(std::move(directory)), include_(std::move(include)) {}

  /// Complete backups, oldest first.
  [[nodiscard]] std::vector<Listed> list() const;
  /// Removes what an interrupted backup, restore or prune left behind; returns it.
  std::vector<std::filesystem::path> sweep() const;
  /// Ids that pruning to `keep` would remove, oldest first; `kept` are never among them, but count.
  [[nodiscard]] std::vector<std::string> expiring(std::size_t keep,
                                                  const std::set<std::string>& kept) const;
  /// Removes one backup: first renamed, so that a half-removed one is never listed.
  void remove(const std::string& id) const;

  /// Whether live data below `names` is what the backup holds: same files, modes and contents;
  /// databases compared as committed states (the WAL counts, the change counters do not). For a
  /// stopped application.
  [[nodiscard]] bool matches(const std::string& id, const std::vector<std::string>& names) const;
  /// Puts the backup's copy of `names` in the place of the live one, by renames; the backup itself
  /// stays. What was live goes to NAME.replaced.ASIDE_ID. Safe to repeat after a kill at any
  /// instant with the same arguments. Returns the paths set aside.
  std::vector<std::filesystem::path> restore(const std::string& id,
                                             const std::vector<std::string>& names,
                                             const std::string& aside_id) const;
  /// Puts the files of keep_changes and the git index back; safe to repeat.
  void restore_changes(const std::string& id) const;
  /// Names of damaged or missing files (SHA-256 against the manifest); empty when all are well.
  [[nodiscard]] std::vector<std::string> verify(const std::string& id) const;

 private:
  std::filesystem::path directory_;
  std::vector<std::string> include_;
};

}  // namespace nutricount::backup
