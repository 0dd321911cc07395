#include "http/local_address.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <string_view>

namespace nutricount::http {
namespace {
constexpr std::string_view kHttp = "http://";
constexpr std::string_view kUnix = "http+unix://";

struct Parts {
  std::string authority;
  std::string target;
};

Parts parts_of(std::string_view rest) {
  rest = rest.substr(0, rest.find('#'));
  const auto end = std::min(rest.find_first_of("/?"), rest.size());
  std::string target(rest.substr(end));
  if (!target.starts_with('/')) target.insert(0, 1, '/');
  return {std::string(rest.substr(0, end)), std::move(target)};
}

/// The loopback addresses that a name stands for (RFC 6761, 6.3); none where it is another host.
std::vector<std::string> loopback(const std::string& host) {
  if (host == "localhost") return {"127.0.0.1", "::1"};
  if (host == "[::1]") return {"::1"};
  in_addr parsed{};
  const bool four = inet_pton(AF_INET, host.c_str(), &parsed) == 1;
  if (four && ntohl(parsed.s_addr) >> 24U == 127) return {host};
  return {};
}

std::optional<LocalAddress> socket_address(const Parts& parts) {
  auto path = percent_decoded(parts.authority);
  if (!path || !path->starts_with('/')) return std::nullopt;
  return LocalAddress{.socket = std::move(*path), .authority = "localhost", .target = parts.target};
}
}  // namespace

std::optional<LocalAddress> local_address(const std::string& url) {
  const std::string_view all = url;
  if (all.starts_with(kUnix)) return socket_address(parts_of(all.substr(kUnix.size())));
  if (!all.starts_with(kHttp)) return std::nullopt;
  Parts parts = parts_of(all.substr(kHttp.size()));
  LocalAddress address{.authority = parts.authority, .target = std::move(parts.target)};
  const auto colon = parts.authority.rfind(':');
  if (colon != std::string::npos && !parts.authority.ends_with(']')) {
    const char* end = parts.authority.data() + parts.authority.size();
    const auto [stop, error] =
        std::from_chars(parts.authority.data() + colon + 1, end, address.port);
    if (error != std::errc() || stop != end) return std::nullopt;
    parts.authority.resize(colon);
  }
  address.hosts = loopback(parts.authority);
  if (address.hosts.empty()) return std::nullopt;
  return address;
}

std::optional<std::string> percent_decoded(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    unsigned code = 0;
    const char* digits = text.data() + at + 1;
    if (text.size() - at < 3) return std::nullopt;
    const auto [end, error] = std::from_chars(digits, digits + 2, code, 16);
    if (error != std::errc() || end != digits + 2 || code == 0) return std::nullopt;
    out += static_cast<char>(code);
    at += 2;
  }
  return out;
}

}  // namespace nutricount::http
