// A backup being made.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backup/layout.hpp"
#include "backup/progress.hpp"
#include "base/clock.hpp"
#include "os/owner.hpp"

namespace nutricount::backup {

/// What a backup is of, and of what it is made.
struct Subject {
  Layout layout;
  std::string id;  ///< to_id() of its time
  Timestamp time;
  std::string commit;  ///< deployed when it was made
  os::Owner owner;     ///< of the files beside the trees
  std::string over;    ///< the backup that is due to expire: made over; empty: none
  std::string beside;  ///< full: the backup whose files may be shared; empty: none
};

/// Copying may be repeated; a later pass copies only what differs from the pass before, so that a
/// first pass can run while the application serves and a short second one after it has stopped.
/// Every SQLite database (told by its header) is copied under a read transaction and so comes out
/// as one committed state with its WAL folded in; -wal, -shm and -journal files are never in a
/// backup. Files that programs write (all that is included, every database) are shared with no
/// other backup.
class Maker {
 public:
  /// From here on neither this backup nor `over` is listed; see workspace.hpp.
  explicit Maker(Subject subject);
  Maker(Maker&&) noexcept;
  Maker& operator=(Maker&&) noexcept;
  /// What was not sealed is settled: removed, or left for the next backup.
  ~Maker();

  /// What a backup would take: files, bytes, and in `needed_bytes` what it takes of the free space
  /// when it is made over `over` (or over what an interrupted one left).
  [[nodiscard]] static Totals measure(const Subject& subject);
  /// Whether more is free than all that the source's file system holds: what would be measured
  /// fits, whatever it is.
  [[nodiscard]] static bool surely_fits(const Subject& subject);

  /// One pass. Throws when a database fails quick_check (first pass), on any error of reading or
  /// writing, at the deadline, when interrupted. `expected` are the totals that progress names.
  Totals copy(const Deadline& deadline, const OnProgress& on_progress, const Totals& expected = {});
  /// Passes while the source is in use, until one finds nothing changed by the pass before; at most
  /// three. What never rests is left for a pass after its stop. `written_bytes` are those of all.
  Totals copy_in_use(const Deadline& deadline, const OnProgress& on_progress,
                     const Totals& expected = {});
  /// Flushes what was copied so far to disk, so that sealing has little left to do.
  void flush();
  /// Data backups: copies what a reset is about to overwrite; see changes.hpp.
  void keep_changes(const std::vector<std::string>& paths);
  /// Flush, final names, manifest, flush. From here on the backup is listed. Throws and leaves
  /// nothing listed where anything was not written.
  void seal();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nutricount::backup
