// The verdict on the application in words.
#pragma once

#include "deploy/outcome.hpp"
#include "report/observers.hpp"

namespace nutricount::report {

/// "✅ Application is healthy", "❌ Application health check failed: REASON", or a document
/// {"status": "healthy", "timestamp": …}.
void tell_health(const deploy::HealthSeen& seen, const Options& options);

}  // namespace nutricount::report
