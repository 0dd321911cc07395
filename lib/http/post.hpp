// One POST request with one total deadline.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "model/health.hpp"

namespace nutricount::http {

/// http to a loopback address.
[[nodiscard]] bool is_local(const std::string& url);

/// Sends JSON to an address that is a secret: no reason that is returned has it in it. Redirects
/// are not followed. Never throws for what the server does.
[[nodiscard]] model::Reply post_json(const Secret& url, const std::string& body,
                                     Milliseconds timeout);

}  // namespace nutricount::http
