// The verdict on the application in words.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "deploy/outcome.hpp"
#include "report/observers.hpp"

namespace nutricount::report {

/// {"status": "healthy", "timestamp": …}
[[nodiscard]] nlohmann::json to_json(const deploy::HealthSeen& seen);

/// "✅ Application is healthy", "❌ Application health check failed: REASON", or that document.
void tell_health(const deploy::HealthSeen& seen, const Options& options);

}  // namespace nutricount::report
