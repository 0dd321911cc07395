// One GET request with one total deadline.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/clock.hpp"
#include "model/health.hpp"

namespace nutricount::http {

struct Probe {
  std::string url;             ///< http, https, or http+unix:// with the socket's path for its host
  Milliseconds timeout{5000};  ///< for name, connection, TLS, header and body together
  bool follow_redirects = false;
  std::filesystem::path ca_file;  ///< certificates to trust, PEM; empty: the system's
  /// Asked every 100 ms while an address of this machine does not answer: whether it never will.
  /// What it throws, `get` throws.
  std::function<bool()> is_pointless = {};
};

/// Asks. Proxies of the environment are not used for loopback addresses. Never throws for what the
/// server does. Throws Error (exit status 2) for an address of another kind, and where a library is
/// missing.
[[nodiscard]] model::Reply get(const Probe& probe);

}  // namespace nutricount::http
