// What GET /status answers.
#pragma once

#include <string>

#include "config/settings.hpp"

namespace nutricount::receiver {

/// JSON: the seed's keys, the deployment in flight, how many requests wait, the last deployment.
/// What cannot be read is null. Asks systemd, and may take its time.
[[nodiscard]] std::string status_document(const config::Settings& settings);

}  // namespace nutricount::receiver
