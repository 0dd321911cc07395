// Who is told about deployments, and about an application that is down. What is told is taken from
// the history, so that a deployment that a boot settled, or whose deployer was killed, is told too;
// and from the command's own end, for what hands are needed for may not be in the history yet.
#pragma once

#include <optional>

#include "config/settings.hpp"
#include "deploy/observer.hpp"
#include "deploy/outcome.hpp"
#include "model/history.hpp"

namespace nutricount::deploy {

/// What a command found out that is not in the history.
struct Happened {
  std::optional<model::Deployment> made;  ///< by this command, or settled
  std::optional<HealthSeen> health;
  std::optional<Failure> failure;  ///< an update that could not begin
  bool blocked = false;            ///< for what was told as a failure before
  bool up_to_date = false;         ///< an update that found nothing to do
};

/// Of a deployment that ended.
[[nodiscard]] Happened happened_in(const Outcome& outcome);

/// Tells whom the settings name what is new, and what they are still owed, within ten seconds; what
/// cannot be told now is kept in STATE/alerts for the next command. Does nothing, and opens no
/// file, where nobody is to be told; likewise for somebody who may not write to STATE. Never
/// throws: whatever goes wrong is noted. A signal ends it after the request under way.
void tell_alerts(const config::Settings& settings, const Happened& happened, Observer& observer);

}  // namespace nutricount::deploy
