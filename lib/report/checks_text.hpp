// Everything that `health --full` looked at, in words.
#pragma once

#include "deploy/checks.hpp"
#include "report/observers.hpp"

namespace nutricount::report {

/// A line for each check and how many failed; or a document: what tell_health() prints, and
/// "webhook_status", "app_status", "services", "disk", "memory", "temperature_celsius",
/// "last_deployment", "backups", "checks".
void tell_checks(const std::vector<deploy::Check>& checks, const deploy::Status& status,
                 const deploy::Asked& asked, const Options& options);

}  // namespace nutricount::report
