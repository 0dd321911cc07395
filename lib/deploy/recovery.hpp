// After a kill or a power cut: the deployment in flight is completed or undone before anything
// else.
#pragma once

#include <optional>

#include "deploy/observer.hpp"
#include "deploy/outcome.hpp"
#include "deploy/site.hpp"

namespace nutricount::deploy {

/// Settles the deployment that the journal tells of: completes one whose health check had passed,
/// undoes any other, and writes the history. Safe to be killed and repeated. Nothing when there is
/// none. The caller holds the lock.
[[nodiscard]] std::optional<Outcome> settle(Site& site, Observer& observer,
                                            const os::FileLock& lock);

}  // namespace nutricount::deploy
