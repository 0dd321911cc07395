// `rollback`: back to an earlier deployment's code, environment and data.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "backup/store.hpp"
#include "config/settings.hpp"
#include "deploy/observer.hpp"
#include "deploy/outcome.hpp"
#include "model/data_rule.hpp"
#include "model/restore_points.hpp"

namespace nutricount::deploy {

/// The options of `nutricount-deploy rollback`, checked.
struct RollbackRequest {
  std::string to;  ///< a deployment's id, a backup's, or the first digits of a commit; empty: the
                   ///< one before
  model::DataChoice data = model::DataChoice::kNone;
  bool data_only = false;  ///< code and environment stay
  bool dry_run = false;
  std::string reason;
  std::string trigger = "cli";
  Milliseconds wait{0};  ///< for the lock
  /// Nobody asked for it: where the rule for data needs a choice, data stays.
  bool automatic = false;
  /// Asks a person and returns the answer; empty where nobody is there.
  std::function<std::string(std::string_view question)> ask;
};

/// Goes back. Returns an Outcome for everything that happened under the lock, also for failures;
/// throws Error for what was wrong before: no such point, a damaged backup, rows that would be
/// given up without a choice.
[[nodiscard]] Outcome rollback(const RollbackRequest& request, const config::Settings& settings,
                               Observer& observer);

/// A deployment, or something else that can be gone back to, as `rollback --list` shows it.
struct ListedPoint {
  std::string id;  ///< for --to; empty: name it by its commit
  Timestamp time;
  std::string commit;
  std::string subject;
  std::string outcome;  ///< "live", "updated", "rolled-back", "failed", "backup", "before"
  bool code = false;
  bool environment = false;
  bool data = false;
  std::string backup;  ///< of the data
  std::uint64_t bytes = 0;
  std::string bad_reason;
  std::vector<std::filesystem::path> unverified;  ///< what the scripts of before made
};

/// Newest first. Takes no lock.
[[nodiscard]] std::vector<ListedPoint> list_points(const config::Settings& settings);

}  // namespace nutricount::deploy
