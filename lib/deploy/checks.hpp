// What is looked at on a machine, and what is wrong with it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deploy/outcome.hpp"
#include "deploy/status.hpp"

namespace nutricount::deploy {

struct Check {
  std::string group;  ///< as health.critical names it: "application", "services", "disk", …
  std::string name;   ///< what it is about, shown: "application", "demo.service", "disk /"
  bool good = false;
  std::string detail;  ///< one line
};

/// What was asked over HTTP; nothing where it was not.
struct Asked {
  std::optional<HealthSeen> application;
  std::optional<HealthSeen> webhook;
};

/// In the order in which they are shown. What the machine lacks is not among them.
[[nodiscard]] std::vector<Check> checks(const Status& status, const Asked& asked);

/// Those that failed, of what can be seen without asking anybody over HTTP.
[[nodiscard]] std::vector<Check> failed_checks(const Status& status);

/// Whether health.critical names it; whether all is well that it names.
[[nodiscard]] bool is_critical(const Check& check, const config::Health& settings);
[[nodiscard]] bool all_critical_good(const std::vector<Check>& checks,
                                     const config::Health& settings);

/// When the next backup is due; nothing where none is expected or there is none yet.
[[nodiscard]] std::optional<Timestamp> next_backup(const Status& status);

}  // namespace nutricount::deploy
