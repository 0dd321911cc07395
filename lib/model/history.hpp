// What earlier deployments mean for the next one.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace nutricount::model {

/// One deployment, as far as later decisions need it.
struct Deployment {
  std::string id;
  std::string command = "update";  ///< or "rollback"
  std::string trigger;             ///< who asked for it
  Timestamp started;
  double seconds = 0;  ///< that it took
  std::string result;  ///< "updated", "rolled-back", "failed", …
  std::string from;    ///< commits
  std::string to;
  std::string subject;               ///< of `to`
  std::string backup;                ///< id; empty: none
  std::string environment;           ///< directory that was live after it; empty: none
  std::string previous_environment;  ///< and before it, under the name it has since
  std::string bad_reason;  ///< why `to` (of a rollback that was asked for: `from`) is marked bad
  std::optional<double> downtime_seconds;
  std::string reason;  ///< of a rollback, in the operator's words
  std::string error;   ///< why it failed, and what to do about it
  std::string hint;
  std::vector<std::string> hands;  ///< commands to run, where hands are needed
};

using Deployments = std::vector<Deployment>;  ///< oldest first

/// Whether `to` is what ran when it was over: an update that went well, or a rollback that was
/// asked for and went well (an update that was "rolled-back" ended with `from`).
[[nodiscard]] bool went_live(const Deployment& deployment);

/// The one that is live; null where there is none.
[[nodiscard]] const Deployment* live(const Deployments& deployments);

/// Why a commit is marked bad; nothing when it is not, or when it was deployed well since.
[[nodiscard]] std::optional<std::string> why_bad(const Deployments& deployments,
                                                 const std::string& commit);

/// The trigger of a rollback that nobody asked for.
inline constexpr const char* kProbation = "probation";

/// The deployment that is live, where it is an update that replaced something and that ended no
/// longer ago than `probation`.
[[nodiscard]] std::optional<Deployment> on_probation(const Deployments& deployments,
                                                     Milliseconds probation, Timestamp now);

/// Commits that were rolled back automatically because they were bad, since a moment.
[[nodiscard]] std::size_t rollbacks_since(const Deployments& deployments, Timestamp moment);

/// Backups that retention never removes: those made by the current and the previous good
/// deployment, which hold the data to go back to.
[[nodiscard]] std::set<std::string> protected_backups(const Deployments& deployments);

/// Environments that going back by up to `count` good deployments needs.
[[nodiscard]] std::set<std::string> protected_environments(const Deployments& deployments,
                                                           std::size_t count);

/// The median downtime of the last `count` good deployments; nothing without any.
[[nodiscard]] std::optional<double> usual_downtime(const Deployments& deployments,
                                                   std::size_t count);

}  // namespace nutricount::model
