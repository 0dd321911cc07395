// `update`: from what the operator asked for to how it ended.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "config/settings.hpp"
#include "deploy/observer.hpp"
#include "deploy/outcome.hpp"

namespace nutricount::deploy {

/// The options of `nutricount-deploy update`, checked.
struct UpdateRequest {
  bool force = false;
  bool dry_run = false;
  bool backup_only = false;
  bool no_rollback = false;
  std::string to;                   ///< a revision; empty: the branch's tip
  std::vector<std::string> expect;  ///< the newest of these commits, 40 hex digits each
  std::string trigger = "cli";
  std::map<std::string, std::string> deliveries;  ///< commit, "" for any other -> delivery's id
  Milliseconds wait{0};                           ///< for the lock
};

/// Deploys. Returns an Outcome for everything that happened under the lock, also for failures;
/// throws Error for what was wrong before (configuration, lock held, preflight).
[[nodiscard]] Outcome update(const UpdateRequest& request, const config::Settings& settings,
                             Observer& observer);

}  // namespace nutricount::deploy
