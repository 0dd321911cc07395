// `health`: one verdict on the application, and what becomes of an update on probation.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "config/settings.hpp"
#include "deploy/observer.hpp"
#include "deploy/outcome.hpp"

namespace nutricount::deploy {

/// The options of `nutricount-deploy health`, checked.
struct HealthRequest {
  int retries = 0;              ///< more requests while there is no healthy answer
  Milliseconds interval{5000};  ///< between them
  bool at_live_port = true;     ///< where versions take turns; else health.url as it is
};

/// One request to health.url, for `timeout` at most: status, and the verdict with its reason.
/// `is_pointless` is http::Probe's.
[[nodiscard]] HealthSeen ask_application(const config::Health& health, Milliseconds timeout,
                                         std::function<bool()> is_pointless = {});

/// Asks health.url, or what it is of the version that serves (deploy/colour.hpp), each time for
/// health.timeout at most. Never throws for what the application does.
[[nodiscard]] HealthSeen check_health(const HealthRequest& request,
                                      const config::Settings& settings);

/// One request to the /health of the webhook shim on this machine, at webhook.listen.
[[nodiscard]] HealthSeen ask_webhook(const config::Settings& settings);

/// Counts the verdict, on disk, where the live deployment is an update on probation; the third
/// failure in a row goes back to what ran before, once. Returns how that ended; nothing where
/// nothing was to be done, or a deployment is under way.
[[nodiscard]] std::optional<Outcome> judge_probation(const HealthSeen& seen,
                                                     const config::Settings& settings,
                                                     Observer& observer);

}  // namespace nutricount::deploy
