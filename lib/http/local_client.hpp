// Asking an application on this machine. libcurl can do it too; loading it with all that it needs
// takes three times the processor time and twice the memory of everything else that `health` does.
#pragma once

#include "http/local_address.hpp"
#include "http/probe.hpp"
#include "model/health.hpp"

namespace nutricount::http {

/// One GET request (RFC 9110) to an address of this machine, which is the probe's: connecting,
/// header and body are over within its timeout. Never throws for what the server does.
[[nodiscard]] model::Reply get_locally(const LocalAddress& address, const Probe& probe);

}  // namespace nutricount::http
