// `update`: from what the operator asked for to how it ended.
#pragma once

#include <string>

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
  std::string to;      ///< a revision; empty: the branch's tip
  std::string expect;  ///< 40 hex digits; empty: not given
  std::string trigger = "cli";
  std::string delivery;
  Milliseconds wait{0};  ///< for the lock
};

/// Deploys. Returns an Outcome for everything that happened under the lock, also for failures;
/// throws Error for what was wrong before (configuration, lock held, preflight).
[[nodiscard]] Outcome update(const UpdateRequest& request, const config::Settings& settings,
                             Observer& observer);

}  // namespace nutricount::deploy
