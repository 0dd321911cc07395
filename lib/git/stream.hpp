// The TCP connection below libgit2's http and https.
#pragma once

#include <string>

namespace nutricount::git {

/// For http(s) addresses: connections of this process send at once (TCP_NODELAY). libgit2 leaves
/// the small messages that end a TLS handshake to Nagle's algorithm (RFC 896), which holds the
/// second until the first is acknowledged: 40 ms on top of a round trip. Other addresses keep
/// libgit2's streams, for its ssh looks into them. Throws Error.
void send_at_once(const std::string& url);

}  // namespace nutricount::git
