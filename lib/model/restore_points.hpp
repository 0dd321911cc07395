// What a rollback can go back to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "model/history.hpp"

namespace nutricount::model {

/// A data backup with a manifest, as far as choosing needs it.
struct DataBackup {
  std::string id;
  Timestamp time;
  std::string commit;
};

/// What ran between two deployments: its code, its environment and the last data it had.
struct RestorePoint {
  std::string deployment;  ///< that brought it; empty: it was there before the first
  Timestamp since{};       ///< when that was; the epoch where it is not known
  std::string commit;
  std::string subject;      ///< of the commit; empty where not known
  std::string environment;  ///< directory, under the name it has now; empty: none is known
  std::string backup;       ///< of its data, made when it was replaced; empty: none is left
  bool live = false;        ///< it runs now: nothing replaced it
};

/// Oldest first; the last one is live. Empty where nothing was ever deployed.
[[nodiscard]] std::vector<RestorePoint> restore_points(const Deployments& deployments,
                                                       const std::vector<DataBackup>& backups);

/// The one before the live commit was deployed: what that update replaced, however often it was
/// deployed, or gone back to, since. Nothing where there is none.
[[nodiscard]] std::optional<RestorePoint> point_before(const Deployments& deployments,
                                                       const std::vector<DataBackup>& backups);

/// The one that `name` means: a deployment's id, a backup's id, or the first digits (seven at
/// least) of a commit, of which the newest is taken. A backup's id means the data in it, with the
/// code that ran then. Nothing where none is meant.
[[nodiscard]] std::optional<RestorePoint> point_named(const std::string& name,
                                                      const Deployments& deployments,
                                                      const std::vector<DataBackup>& backups);

/// The data in a backup, with the code that ran then.
[[nodiscard]] std::optional<RestorePoint> point_of_backup(const std::string& id,
                                                          const Deployments& deployments,
                                                          const std::vector<DataBackup>& backups);

}  // namespace nutricount::model
