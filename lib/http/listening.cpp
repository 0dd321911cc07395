// The sockets that a server listens on: made here, or handed over by systemd.
#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <memory>

#include "base/error.hpp"
#include "http/server.hpp"

namespace nutricount::http {
namespace {
struct FreeFound {
  void operator()(addrinfo* found) const { freeaddrinfo(found); }
};

std::unique_ptr<addrinfo, FreeFound> find(const std::string& address) {
  const auto colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  const std::string port = colon == std::string::npos ? "" : address.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  // Without a port it would be one that nobody knows.
  const int result =
      port.empty() ? EAI_SERVICE : getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (result == 0) return std::unique_ptr<addrinfo, FreeFound>(found);
  throw usage_error(fmt::format("cannot listen on {}: {}", address, gai_strerror(result)),
                    "give HOST:PORT of this machine, such as 127.0.0.1:8080");
}

/// A number from systemd's environment; -1 where there is none.
long number_in(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr) return -1;
  const std::string_view digits(text);
  long number = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size() ? number : -1;
}
}  // namespace

os::Fd listen_on(const std::string& address) {
  const auto found = find(address);
  os::Fd fd(socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (!fd || setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0 || listen(fd.get(), SOMAXCONN) != 0) {
    const Error cause = system_error(fmt::format("cannot listen on {}", address));
    throw usage_error(cause.what(),
                      "see who does: ss -ltnp; or set webhook.listen to another port");
  }
  return fd;
}

std::vector<os::Fd> inherited_sockets() {
  constexpr int kFirst = 3;
  constexpr long kMost = 16;
  std::vector<os::Fd> sockets;
  if (number_in("LISTEN_PID") != getpid()) return sockets;
  const long count = number_in("LISTEN_FDS");
  for (int fd = kFirst; fd < kFirst + count && fd < kFirst + kMost; ++fd) {
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    sockets.emplace_back(fd);
  }
  return sockets;
}

}  // namespace nutricount::http
