// Asking by libcurl: TLS, names, proxies, redirects.
#pragma once

#include <string>

#include "http/probe.hpp"

namespace nutricount::http {

/// As get(), by libcurl.
[[nodiscard]] model::Reply get_by_curl(const Probe& probe);

/// Posts JSON to the probe's address. No reason names the address.
[[nodiscard]] model::Reply post_by_curl(const Probe& probe, const std::string& json);

}  // namespace nutricount::http
