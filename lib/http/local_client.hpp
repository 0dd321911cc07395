// Asking an application on this machine. libcurl can do it too; loading it with all that it needs
// takes three times the processor time and twice the memory of everything else that `health` does.
#pragma once

#include "base/clock.hpp"
#include "http/local_address.hpp"
#include "model/health.hpp"

namespace nutricount::http {

/// One GET request (RFC 9110), over within `timeout`: connecting, header and body. Never throws for
/// what the server does.
[[nodiscard]] model::Reply get_locally(const LocalAddress& address, Milliseconds timeout);

}  // namespace nutricount::http
