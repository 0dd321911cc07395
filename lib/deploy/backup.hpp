// The command `backup`: make, list, verify, prune.
#pragma once

#include <string>
#include <vector>

#include "backup/store.hpp"
#include "config/settings.hpp"
#include "deploy/observer.hpp"
#include "deploy/site.hpp"

namespace nutricount::deploy {

struct BackupMade {
  std::string id;
  backup::Kind kind = backup::Kind::kData;
  std::vector<std::filesystem::path> paths;
  backup::Totals totals;
  double seconds = 0;
  std::vector<std::string> pruned;    ///< ids that retention removed
  std::vector<backup::Fault> faults;  ///< of the new one, where it was asked to be checked
};

struct BackupRequest {
  bool full = false;     ///< the whole application directory, not only what is included
  bool check = false;    ///< read it again once it is made
  Milliseconds wait{0};  ///< for the lock
};

/// Makes one while the application runs, then prunes. Settles an interrupted deployment first.
/// Throws; nothing is listed that is not whole.
[[nodiscard]] BackupMade make_backup(const BackupRequest& request, const config::Settings& settings,
                                     Observer& observer);
/// The same for a holder of the lock that has settled.
[[nodiscard]] BackupMade make_backup(Site& site, const BackupRequest& request,
                                     const Deadline& deadline, Observer& observer);

/// Data and full backups, oldest first. Takes no lock.
[[nodiscard]] std::vector<backup::Listed> list_backups(const config::Settings& settings);

/// Data that a rollback, or the undo of an update, put aside. Retention never removes it.
struct SetAside {
  std::filesystem::path path;  ///< DIR/data.replaced.ID
  std::uint64_t bytes = 0;     ///< on disk
};
[[nodiscard]] std::vector<SetAside> list_set_aside(const config::Settings& settings);

struct Verified {
  backup::Listed backup;
  std::vector<backup::Fault> faults;
  std::string problem;  ///< its manifest is missing or damaged
};
/// One backup, or (empty id) every one that has a manifest. Takes no lock: one that expires
/// meanwhile is left out. Throws, with exit status 2, for an id that is not listed.
[[nodiscard]] std::vector<Verified> verify_backups(const config::Settings& settings,
                                                   const std::string& id, Observer& observer);

/// Removes what is beyond `keep` of each kind; the restore points of the current and the previous
/// good deployment stay. Returns the ids.
[[nodiscard]] std::vector<std::string> prune_backups(const config::Settings& settings,
                                                     std::size_t keep, Milliseconds wait,
                                                     Observer& observer);

}  // namespace nutricount::deploy
