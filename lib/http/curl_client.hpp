// Asking by libcurl: TLS, names, proxies, redirects.
#pragma once

#include "http/probe.hpp"

namespace nutricount::http {

/// As get(), by libcurl.
[[nodiscard]] model::Reply get_by_curl(const Probe& probe);

}  // namespace nutricount::http
