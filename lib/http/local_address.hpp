// Addresses of this machine: a loopback address, or a Unix-domain socket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nutricount::http {

struct LocalAddress {
  std::string socket;              ///< path of the Unix-domain socket; empty: TCP
  std::vector<std::string> hosts;  ///< IP addresses to try, in order
  std::uint16_t port = 80;
  std::string authority;  ///< for the Host: field, "localhost:5000"
  std::string target;     ///< path and query: "/health?full"
};

/// Of http://localhost, http://127.x.y.z, http://[::1] and of
/// http+unix://%2Fpath%2Fof%2Fsocket/path; nothing where the address is another one, or has a user
/// or password in it.
[[nodiscard]] std::optional<LocalAddress> local_address(const std::string& url);

/// "%2Frun%2Fapp.sock" -> "/run/app.sock" (RFC 3986, 2.1); nothing where that is no text.
[[nodiscard]] std::optional<std::string> percent_decoded(const std::string& text);

}  // namespace nutricount::http
