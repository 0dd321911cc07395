// One GET request with one total deadline.
#pragma once

#include <string>

#include "base/clock.hpp"

namespace nutricount::http {

struct Answer {
  int status = 0;     ///< 0 where there was no answer
  std::string body;   ///< at most 64 KiB
  std::string error;  ///< why there was none: "connection refused", "no answer within 5s", …
  double seconds = 0;
};

/// http or https; redirects are not followed; proxies are not used for loopback addresses. Never
/// throws for what the server does. Throws Error (exit status 2) for an address that is not
/// http(s).
[[nodiscard]] Answer get(const std::string& url, Milliseconds timeout);

}  // namespace nutricount::http
