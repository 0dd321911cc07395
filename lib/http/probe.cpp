#include "http/probe.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "http/curl_client.hpp"
#include "http/local_client.hpp"

namespace nutricount::http {

model::Reply get(const Probe& probe) {
  const auto local = local_address(probe.url);
  if (local && !probe.follow_redirects) return get_locally(*local, probe);
  if (local || probe.url.starts_with("http://") || probe.url.starts_with("https://")) {
    return get_by_curl(probe);
  }
  throw usage_error(fmt::format("\"{}\" is not an http or https address", redact_url(probe.url)),
                    "set health.url, e.g. \"http://localhost:5000/health\"");
}

}  // namespace nutricount::http
