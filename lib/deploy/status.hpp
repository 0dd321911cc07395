// How everything is: the machine, the services, what was deployed, the backups. Looking takes no
// lock and changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backup/store.hpp"
#include "config/settings.hpp"
#include "deploy/history.hpp"
#include "deploy/verification.hpp"
#include "machine/machine.hpp"
#include "model/history.hpp"
#include "service/manager.hpp"

namespace nutricount::deploy {

struct Status {
  Timestamp time;
  config::Settings settings;  ///< limits, names
  machine::Machine machine;
  std::vector<service::UnitState> units;      ///< the application's
  bool counts_restarts = false;               ///< what runs them does
  std::optional<service::UnitState> webhook;  ///< nothing where this machine has none
  model::Deployments deployments;             ///< the newest, and the live one
  History::Outcomes outcomes;                 ///< of all there were
  std::vector<backup::Listed> backups;        ///< with a manifest, oldest first
  Verifications verifications;                ///< of these
  std::vector<std::string> problems;          ///< what could not be looked at, and why

  /// The deployment that is live; the last, however it ended. Null where there is none.
  [[nodiscard]] const model::Deployment* live() const;
  [[nodiscard]] const model::Deployment* last() const;
  /// Of the last deployment that stopped the application.
  [[nodiscard]] std::optional<double> last_downtime() const;
  [[nodiscard]] std::optional<Verification> last_verification() const;
  [[nodiscard]] std::uint64_t backup_bytes() const;
  [[nodiscard]] std::vector<std::string> damaged() const;  ///< ids of backups
};

/// The application's units, or its process. Throws Error where they cannot be asked.
[[nodiscard]] std::vector<service::UnitState> application_units(const config::Settings& settings);

/// Looks at everything, of the deployments at the last `count`; `interval` is that of
/// machine::observe. Does not throw for what it cannot look at.
[[nodiscard]] Status look(const config::Settings& settings, Milliseconds interval,
                          std::size_t count = 1);

}  // namespace nutricount::deploy
