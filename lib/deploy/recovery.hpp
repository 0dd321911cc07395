// After a kill or a power cut: the deployment in flight is completed or undone before anything
// else.
#pragma once

#include <optional>

#include "deploy/observer.hpp"
#include "deploy/outcome.hpp"
#include "deploy/site.hpp"

namespace nutricount::deploy {

/// Who settles: a command, or what runs before the application's own unit starts it
/// (ExecStartPre=), which systemd does next: to ask it for a stop or a start would wait for ever.
enum class SettledFrom { kCommand, kUnit };

/// Settles the deployment that the journal tells of: completes one whose health check had passed,
/// undoes any other, and writes the history. Safe to be killed and repeated. Nothing when there is
/// none. The caller holds the lock.
[[nodiscard]] std::optional<Outcome> settle(Site& site, Observer& observer, const Lock& lock,
                                            SettledFrom from = SettledFrom::kCommand);

/// `rollback --resume`. Settles what was interrupted. A deployment that is alive is left alone:
/// this waits while it keeps the application stopped, for `wait` at most, and returns. Throws with
/// exit status 4 where that is not enough.
[[nodiscard]] std::optional<Outcome> resume(const config::Settings& settings, Milliseconds wait,
                                            Observer& observer);

}  // namespace nutricount::deploy
